{#-
    Sources that fill a port and were ever connected. Models of the others are not built, so a port does not read
    them; `orchestration/unused.py` finds them and leaves them out. Without its word every source is read.
-#}
{% macro used_sources(port) -%}
    {%- set unused = env_var('AI_USAGE_UNUSED_SOURCES', '').split() if execute else [] -%}
    {{ return(port_sources(port) | reject('in', unused) | list) }}
{%- endmacro %}

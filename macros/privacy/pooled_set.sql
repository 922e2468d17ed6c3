{#- Under which name sets are counted that are not named themselves: one for single tools, one for several. Names of
    sets of several tools have a `+`. -#}
{% macro pooled_set(is_multi) -%}
    {{ return('other+' if is_multi else 'other') }}
{%- endmacro %}

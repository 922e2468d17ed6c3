{#- Schemas carry their layer's own name (staging, intermediate, restricted, marts), the same on
    every target. AI_USAGE_SCHEMA_PREFIX keeps developers and CI apart on a shared warehouse. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set prefix = env_var('AI_USAGE_SCHEMA_PREFIX', '') -%}
    {{ prefix }}{{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}

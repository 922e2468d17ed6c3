{#-
    Schemas carry their layer's own name (staging, intermediate, restricted, marts) on every target,
    behind the deployment's prefix: dev, CI and production each have their own in one warehouse.
    Sources have a prefix of their own (AI_USAGE_RAW_SCHEMA_PREFIX, by default the same), so that a
    developer may build from what production has loaded.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ env_var('AI_USAGE_SCHEMA_PREFIX', '') }}
    {{- custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}

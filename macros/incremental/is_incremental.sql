{#-
    dbt's own, but for an offline compile (`--no-introspect`), which has no warehouse to ask whether the
    table exists: there the variable `compile_increment` says which of a model's two branches is rendered.
-#}
{% macro is_incremental() %}
    {%- if execute and not flags.INTROSPECT -%}
        {{- return(
            var('compile_increment', false)
            and model.config.materialized == 'incremental'
            and not should_full_refresh()
        ) -}}
    {%- endif -%}
    {{- return(dbt.is_incremental()) -}}
{% endmacro %}

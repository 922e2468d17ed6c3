{#-
    dbt-clickhouse takes a strategy that it does not know for `append`, which would double every touched day:
    tables of `replace_days` are made anew there by every run.
-#}
{% macro should_full_refresh() %}
    {%- if target.type == 'clickhouse' and config.get('incremental_strategy') == 'replace_days' -%}
        {{- return(true) -}}
    {%- endif -%}
    {{- return(dbt.should_full_refresh()) -}}
{% endmacro %}

{#-
    Tables that an incremental run builds wholly all the same.

    dbt-clickhouse takes a strategy that it does not know for `append`, which would double every touched day:
    tables of `replace_days` are made anew there by every run. Tables of `replace_changed` are where
    changes_since_built() says so.
-#}
{% macro should_full_refresh() %}
    {%- if target.type == 'clickhouse' and config.get('incremental_strategy') == 'replace_days' -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- if config.get('incremental_strategy') == 'replace_changed' and changes_since_built() is none -%}
        {{- return(true) -}}
    {%- endif -%}
    {{- return(dbt.should_full_refresh()) -}}
{% endmacro %}

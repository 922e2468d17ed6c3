{#-
    Strategy `replace_days` on Spark, whose adapter knows a fixed list of strategies: the macros below stand
    before the adapter's own of the same name and pass everything else on to them.

    Plain Parquet has no delete, but a table that is partitioned by day has whole days to drop: first the
    partitions of all touched days, then the new rows. A run that dies in between leaves days missing and an old
    `loaded_through`, so the next one replaces the same days again. Delta and Iceberg delete rows.
-#}
{% macro dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format) %}
    {%- if raw_strategy == 'replace_days' -%}
        {{- return(raw_strategy) -}}
    {%- endif -%}
    {{- return(dbt.dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format)) -}}
{% endmacro %}

{% macro dbt_spark_get_incremental_sql(strategy, source, target, existing, unique_key, predicates) %}
    {%- if strategy != 'replace_days' -%}
        {{- return(dbt.dbt_spark_get_incremental_sql(
            strategy, source, target, existing, unique_key, predicates
        )) -}}
    {%- endif -%}
    {%- set settings = replace_days_settings() -%}
    {%- if config.get('file_format') in ['delta', 'iceberg'] -%}
        {%- do run_query('delete from ' ~ target ~ ' where ' ~ touched_days_filter('activity_date', *settings)) -%}
    {%- else -%}
        {%- set partitions = [] -%}
        {%- for day in touched_days_list(*settings) -%}
            {%- do partitions.append("partition (activity_date = date '" ~ day ~ "')") -%}
        {%- endfor -%}
        {%- if partitions -%}
            {%- do run_query('alter table ' ~ target ~ ' drop if exists ' ~ partitions | join(', ')) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(get_insert_into_sql(source, target)) -}}
{% endmacro %}

{#- Tables of `replace_days` are partitioned by the day; it stands last in their select. -#}
{% macro spark__partition_cols(label, required=false) -%}
    {%- if config.get('incremental_strategy') == 'replace_days' -%}
        {{ label }} (activity_date)
    {%- else -%}
        {{ dbt.spark__partition_cols(label, required) }}
    {%- endif -%}
{%- endmacro %}

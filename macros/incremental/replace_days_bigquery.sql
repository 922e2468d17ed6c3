{#-
    dbt-bigquery knows its own strategies only and asks for them by these two macros, so both let ours pass.

    `replace_days` is one MERGE there, which is atomic: it deletes the touched days and inserts what the model
    gives. `append` is a merge without a key, which inserts every row.
-#}
{% macro dbt_bigquery_validate_get_incremental_strategy(config) %}
    {%- set strategy = config.get('incremental_strategy') -%}
    {%- if strategy == 'replace_days' -%}
        {{- return(strategy) -}}
    {%- elif strategy == 'append' -%}
        {{- return('merge') -}}
    {%- endif -%}
    {{- return(dbt.dbt_bigquery_validate_get_incremental_strategy(config)) -}}
{% endmacro %}

{% macro bq_generate_incremental_build_sql(
    strategy, tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns,
    tmp_relation_exists, copy_partitions, incremental_predicates
) %}
    {%- if strategy == 'replace_days' -%}
        {{- return(get_incremental_replace_days_sql({
            'target_relation': target_relation, 'sql': sql, 'dest_columns': dest_columns
        })) -}}
    {%- endif -%}
    {{- return(dbt.bq_generate_incremental_build_sql(
        strategy, tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns,
        tmp_relation_exists, copy_partitions, incremental_predicates
    )) -}}
{% endmacro %}

{% macro bigquery__get_incremental_replace_days_sql(arg_dict) %}
    {{- get_insert_overwrite_merge_sql(
        arg_dict['target_relation'], '(' ~ arg_dict['sql'] ~ ')', arg_dict['dest_columns'],
        [touched_days_filter('DBT_INTERNAL_DEST.activity_date', *replace_days_settings())], true
    ) -}}
{% endmacro %}

{#-
    Incremental strategy `replace_days`: whole days are replaced, days that became empty included.

    Deletes every row of the touched days from the target, then inserts what the model gave. The
    list of days comes from ops.loaded_days, never from the new rows: a day that the vendor emptied
    has no new row, and `delete+insert` by the days of the new rows leaves its old ones standing.
    Spark and BigQuery have their own ways to the same result, see replace_days_spark.sql and
    replace_days_bigquery.sql.

    The model states once which resources touch its days:

        {%- set resources = ['chatgpt.conversation_messages'] %}
        config(
            materialized='incremental',
            incremental_strategy='replace_days',
            meta={'replace_days': {'resources': resources, 'neighbours': 1}}
        )

    and ends its select with `loaded_through, activity_date`. Its select must give rows only of the
    days in touched_days(resources, neighbours) on an incremental run, and all rows of those days.
-#}
{% macro get_incremental_replace_days_sql(arg_dict) %}
    {{- return(adapter.dispatch('get_incremental_replace_days_sql', 'ai_usage')(arg_dict)) -}}
{% endmacro %}

{% macro default__get_incremental_replace_days_sql(arg_dict) %}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ touched_days_filter('activity_date', *replace_days_settings()) }};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{% endmacro %}

{#- Snowflake commits every statement by itself unless told otherwise. -#}
{% macro snowflake__get_incremental_replace_days_sql(arg_dict) %}
    {{- return(snowflake_dml_explicit_transaction(
        ai_usage.default__get_incremental_replace_days_sql(arg_dict)
    )) -}}
{% endmacro %}

{#- One statement, atomic on Delta. The adapter does not tell the columns, so they go by position. -#}
{% macro databricks__get_incremental_replace_days_sql(arg_dict) %}
    insert into {{ arg_dict['target_relation'] }}
    replace where {{ touched_days_filter('activity_date', *replace_days_settings()) }}
    select * from {{ arg_dict['temp_relation'] }}
{% endmacro %}

{#- What the model says of itself: its resources and its neighbours. -#}
{% macro replace_days_settings() -%}
    {%- set settings = model.config.meta.get('replace_days') -%}
    {%- if not settings or not settings.get('resources') -%}
        {{ exceptions.raise_compiler_error(
            "Strategy replace_days: " ~ model.name ~ " must set meta.replace_days.resources"
        ) }}
    {%- endif -%}
    {{- return([settings['resources'], settings.get('neighbours', 0)]) -}}
{%- endmacro %}

{#-
    A naive UTC timestamp moved by hours or minutes, as the type that raw timestamps have.

    dbt.dateadd gives a datetime on BigQuery, where dlt writes timestamps, and BigQuery compares one with the
    other never.

    dbt-spark's dateadd drops fractions of a second, so that a silence of just over half an hour would end a
    session there and not elsewhere.

    usage: {{ add_time('minute', 30, 'previous_event_at') }}
-#}
{% macro add_time(part, amount, timestamp_expression) %}
    {{- return(adapter.dispatch('add_time', 'ai_usage')(part, amount, timestamp_expression)) -}}
{% endmacro %}

{% macro default__add_time(part, amount, timestamp_expression) -%}
    {{ dbt.dateadd(part, amount, timestamp_expression) }}
{%- endmacro %}

{% macro bigquery__add_time(part, amount, timestamp_expression) -%}
    timestamp_add({{ timestamp_expression }}, interval {{ amount }} {{ part }})
{%- endmacro %}

{#- Databricks inherits this. -#}
{% macro spark__add_time(part, amount, timestamp_expression) -%}
    timestampadd({{ part }}, {{ amount }}, {{ timestamp_expression }})
{%- endmacro %}

{#-
    A naive UTC timestamp moved by hours or minutes, as the type that raw timestamps have.

    dbt.dateadd gives a datetime on BigQuery, where dlt writes timestamps, and BigQuery compares one with the
    other never.

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

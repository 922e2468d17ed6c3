{#-
    How often the clock shows a new minute between two moments: whole minutes when the first is one.

    dbt-spark's datediff rounds a part of a minute up.

    usage: {{ minutes_between("cast('2000-01-01' as timestamp)", 'started_at') }}
-#}
{% macro minutes_between(from_timestamp, to_timestamp) %}
    {{- return(adapter.dispatch('minutes_between', 'ai_usage')(from_timestamp, to_timestamp)) -}}
{% endmacro %}

{% macro default__minutes_between(from_timestamp, to_timestamp) -%}
    {{ dbt.datediff(from_timestamp, to_timestamp, 'minute') }}
{%- endmacro %}

{#- Databricks inherits this. -#}
{% macro spark__minutes_between(from_timestamp, to_timestamp) -%}
    timestampdiff(
        minute, date_trunc('minute', {{ from_timestamp }}), date_trunc('minute', {{ to_timestamp }})
    )
{%- endmacro %}

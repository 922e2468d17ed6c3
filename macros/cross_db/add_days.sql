{#-
    A date moved by whole days, as a date.

    dbt.dateadd gives a timestamp on DuckDB and Postgres and a date on others; the cast makes every
    engine agree, so that a join to a date column compares two dates. DuckDB's own
    `date + integer` is cheaper than an interval and stays a date.

    usage: {{ add_days('week_start', 6) }}, {{ add_days('hired_on', 'span_days') }}
-#}
{% macro add_days(date_expression, days) %}
    {{- return(adapter.dispatch('add_days', 'ai_usage')(date_expression, days)) -}}
{% endmacro %}

{% macro default__add_days(date_expression, days) -%}
    cast({{ dbt.dateadd('day', days, date_expression) }} as date)
{%- endmacro %}

{% macro duckdb__add_days(date_expression, days) -%}
    (cast({{ date_expression }} as date) + cast({{ days }} as integer))
{%- endmacro %}

{% macro postgres__add_days(date_expression, days) -%}
    (cast({{ date_expression }} as date) + cast({{ days }} as integer))
{%- endmacro %}

{#- Redshift inherits from Postgres, but has no date + integer cast in every position. -#}
{% macro redshift__add_days(date_expression, days) -%}
    cast(dateadd(day, {{ days }}, {{ date_expression }}) as date)
{%- endmacro %}

{#- dbt-spark's dateadd goes through timestamps and months. Databricks inherits this. -#}
{% macro spark__add_days(date_expression, days) -%}
    date_add(cast({{ date_expression }} as date), cast({{ days }} as int))
{%- endmacro %}

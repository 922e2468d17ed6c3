{#-
    Whole days from one date to another as an integer; negative when the second is earlier.

    Postgres subtracts dates to an integer and has no datediff; dbt's helper casts both to
    timestamps there. Both arguments must be dates.

    usage: {{ days_between('hired_on', 'activity_date') }}
-#}
{% macro days_between(from_date, to_date) %}
    {{- return(adapter.dispatch('days_between', 'ai_usage')(from_date, to_date)) -}}
{% endmacro %}

{% macro default__days_between(from_date, to_date) -%}
    {{ dbt.datediff(from_date, to_date, 'day') }}
{%- endmacro %}

{% macro postgres__days_between(from_date, to_date) -%}
    (cast({{ to_date }} as date) - cast({{ from_date }} as date))
{%- endmacro %}

{% macro redshift__days_between(from_date, to_date) -%}
    datediff(day, {{ from_date }}, {{ to_date }})
{%- endmacro %}

{#- Spark's argument order is (to, from). Databricks inherits this. -#}
{% macro spark__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}

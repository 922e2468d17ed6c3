{#-
    First day of the month of a date, as a date; and the number of days of that month.

    date_trunc gives a timestamp on most engines and a date on some.

    usage: {{ month_start('usage_date') }} as month_start, {{ days_in_month('seat_date') }}
-#}
{% macro month_start(date_expression) -%}
    cast({{ dbt.date_trunc('month', date_expression) }} as date)
{%- endmacro %}

{% macro next_month_start(date_expression) -%}
    cast({{ dbt.dateadd('month', 1, month_start(date_expression)) }} as date)
{%- endmacro %}

{% macro days_in_month(date_expression) -%}
    {{ days_between(month_start(date_expression), next_month_start(date_expression)) }}
{%- endmacro %}

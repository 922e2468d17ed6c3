{#-
    ISO year and ISO week number of a date.

    extract(isoyear) and extract(week) do not exist, or mean another week, on several engines. The
    year of a week is the year of its Thursday, and its number counts from that year's 1 January.

    usage: {{ iso_year('date_day') }}, {{ iso_week('date_day') }}, {{ iso_day_of_week('date_day') }}
-#}
{% macro iso_year(date_expression) -%}
    {%- set thursday = add_days(iso_week_start(date_expression), 3) -%}
    cast(extract(year from {{ thursday }}) as {{ dbt.type_int() }})
{%- endmacro %}

{% macro iso_week(date_expression) -%}
    {%- set thursday = add_days(iso_week_start(date_expression), 3) -%}
    {%- set year_start = 'cast(' ~ dbt.date_trunc('year', thursday) ~ ' as date)' -%}
    cast(floor({{ days_between(year_start, thursday) }} / 7.0) + 1 as {{ dbt.type_int() }})
{%- endmacro %}

{#- 1 = Monday … 7 = Sunday. -#}
{% macro iso_day_of_week(date_expression) -%}
    (mod({{ days_between("cast('1900-01-01' as date)", date_expression) }}, 7) + 1)
{%- endmacro %}

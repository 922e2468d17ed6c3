-- Fails for a count of people by class that is neither 0 nor a multiple of 5.
{{ config(tags=['audit']) }}
{%- set counts = {
    'license_utilization_monthly': seat_classes() | list,
    'adoption_funnel_weekly': ['assigned', 'first_use', 'repeat_use', 'habitual', 'deep'],
    'power_users_monthly': ['power_users'],
} %}
{%- for table, columns in counts.items() %}
select
    '{{ table }}' as published_table,
    department_key,
    {{ columns[0] }} as count_of_people
from {{ ref(table) }}
where
    {%- for column in columns %}
    {{ 'or ' if not loop.first }}mod({{ column }}, 5) <> 0
    {%- endfor %}
{{ 'union all' if not loop.last }}
{%- endfor %}

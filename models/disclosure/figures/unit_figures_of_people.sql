-- grain: one row per period, reporting unit (company included) and tool: exact figures of use
{%- set measures = usage_measures() + unshown_measures() %}
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool'] %}
with person_tool_periods as (
    select * from {{ ref('person_tool_periods') }}
),

contributions as (
    {%- for unit in ['unit_key', "'all'"] %}
    select
        period_type,
        period_start,
        person_key,
        {{ unit }} as unit_key,
        tool,
        {%- for measure in measures %}
        {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from person_tool_periods
    {%- if loop.first %}
    where unit_key is not null

    union all
    {% endif %}
    {%- endfor %}
),

{{ unit_figures(keys, measures) }}

select * from figures

-- grain: one row per week, tool with activity, dimension, group and member (`all`: the group): exact people
-- Members of a group add up to it: values of a dimension to the company, job functions to their unit, because a
-- function that only one department has would tell what the department hides.
{%- set of_company = ['location', 'is_manager', 'tenure_band'] %}
{%- set keys = ['week_start', 'dimension', 'group_key', 'unit_key'] %}
with people_of_weeks as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

people as (
    select * from {{ ref('dim_people') }}
),

tool_weeks as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week' and has_activity and gives_active
),

active_people as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'week' and active_people = 1
),

holders as (
    select * from {{ ref('fct_adoption_stages_weekly') }}
),

-- Who somebody is at the end of the week, as where holders of seats are counted.
spans as (
    select
        people_of_weeks.period_start as week_start,
        people_of_weeks.person_key,
        reporting_units.unit_key as home_unit,
        people.job_function,
        people.location,
        people.is_manager,
        people.tenure_band,
        row_number() over (
            partition by people_of_weeks.period_start, people_of_weeks.person_key
            order by people.valid_from desc
        ) as newest
    from people_of_weeks
    inner join people
        on
            people_of_weeks.person_key = people.person_key
            and people.valid_from <= {{ add_days('people_of_weeks.period_start', 6) }}
    inner join reporting_units
        on
            people_of_weeks.period_start = reporting_units.period_start
            and people_of_weeks.department_key = reporting_units.department_key
),

members as (
    {%- for name in of_company %}
    select
        week_start,
        person_key,
        home_unit,
        '{{ name }}' as dimension,
        'all' as group_key,
        {% if name == 'is_manager' -%}
        case is_manager when true then 'manager' when false then 'no manager' else 'unknown' end as member
        {%- else -%}
        coalesce({{ name }}, 'unknown') as member
        {%- endif %}
    from spans
    where newest = 1

    union all
    {% endfor %}
    select
        week_start,
        person_key,
        home_unit,
        'job_function' as dimension,
        home_unit as group_key,
        coalesce(job_function, 'unknown') as member
    from spans
    where newest = 1
),

rows_of_groups as (
    select
        members.*,
        'value: ' || member as unit_key
    from members

    union all

    select
        members.*,
        'all' as unit_key
    from members
),

heads as (
    select
        {{ keys | join(',\n        ') }},
        case when unit_key <> 'all' then min(member) end as member,
        count(*) as headcount,
        count(distinct home_unit) as home_units
    from rows_of_groups
    group by {{ keys | join(', ') }}
),

users as (
    select
        {%- for key in keys %}
        rows_of_groups.{{ key }},
        {%- endfor %}
        active_people.tool,
        count(*) as active_people,
        count(distinct rows_of_groups.home_unit) as active_units
    from rows_of_groups
    inner join active_people
        on
            rows_of_groups.week_start = active_people.period_start
            and rows_of_groups.person_key = active_people.person_key
    group by
        {%- for key in keys %}
        rows_of_groups.{{ key }},
        {%- endfor %}
        active_people.tool
),

seats as (
    select
        {%- for key in keys %}
        rows_of_groups.{{ key }},
        {%- endfor %}
        holders.tool,
        count(*) as assigned
    from rows_of_groups
    inner join holders
        on
            rows_of_groups.week_start = holders.week_start
            and rows_of_groups.person_key = holders.person_key
    group by
        {%- for key in keys %}
        rows_of_groups.{{ key }},
        {%- endfor %}
        holders.tool
),

final as (
    select
        heads.*,
        tool_weeks.tool,
        coalesce(users.active_people, 0) as active_people,
        heads.headcount - coalesce(users.active_people, 0) as idle_people,
        coalesce(users.active_units, 0) as active_units,
        coalesce(seats.assigned, 0) as assigned
    from heads
    inner join tool_weeks
        on heads.week_start = tool_weeks.period_start
    {%- for relation in ['users', 'seats'] %}
    left join {{ relation }}
        on
            tool_weeks.tool = {{ relation }}.tool
            {%- for key in keys %}
            and heads.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
)

select * from final

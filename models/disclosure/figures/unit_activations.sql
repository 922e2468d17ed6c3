-- grain: one row per month, tool, dimension, group and member (`all`: the group): exact holders by activation
-- Members of a group add up to it: values of a dimension to the company, job functions to their unit, because a
-- function that only one department has would tell what the department hides. The group `all` of the dimension
-- `department` has its units as members.
{%- set of_company = ['location', 'is_manager', 'tenure_band'] %}
with activations as (
    select * from {{ ref('fct_activations_monthly') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

placed as (
    select
        activations.*,
        reporting_units.unit_key as home_unit
    from activations
    left join reporting_units
        on
            activations.week_start = reporting_units.period_start
            and activations.department_key = reporting_units.department_key
),

members as (
    select
        *,
        'department' as dimension,
        'all' as group_key,
        home_unit as member
    from placed
    {%- for name in of_company %}

    union all

    select
        *,
        '{{ name }}' as dimension,
        'all' as group_key,
        {% if name == 'is_manager' -%}
        case is_manager when true then 'manager' when false then 'no manager' else 'unknown' end as member
        {%- else -%}
        coalesce({{ name }}, 'unknown') as member
        {%- endif %}
    from placed
    {%- endfor %}

    union all

    select
        *,
        'job_function' as dimension,
        home_unit as group_key,
        coalesce(job_function, 'unknown') as member
    from placed
    where home_unit is not null
),

rows_of_groups as (
    select
        members.*,
        'value: ' || member as unit_key
    from members
    where member is not null

    union all

    select
        members.*,
        'all' as unit_key
    from members
),

ranked as (
    select
        *,
        row_number() over (
            partition by month_start, tool, dimension, group_key, unit_key
            order by case when days_to_first_use is null then 1 else 0 end, days_to_first_use, person_key
        ) as place,
        count(days_to_first_use) over (
            partition by month_start, tool, dimension, group_key, unit_key
        ) as people_with_days
    from rows_of_groups
),

final as (
    select
        month_start,
        min(week_start) as week_start,
        tool,
        dimension,
        group_key,
        unit_key,
        case when unit_key <> 'all' then min(member) end as member,
        count(*) as assigned,
        sum(case when is_activated then 1 else 0 end) as activated,
        sum(case when is_activated then 0 else 1 end) as not_activated,
        sum(case when is_never_activated then 1 else 0 end) as never_activated,
        sum(case when is_activated or is_never_activated then 0 else 1 end) as waiting,
        count(distinct home_unit) as home_units,
        max(people_with_days) as people_with_days,
        avg(
            case
                when
                    days_to_first_use is not null
                    and place between people_with_days / 2.0 and people_with_days / 2.0 + 1
                    then cast(days_to_first_use as {{ type_double() }})
            end
        ) as median_days_to_first_use
    from ranked
    group by month_start, tool, dimension, group_key, unit_key
)

select * from final

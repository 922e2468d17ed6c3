-- grain: one row per week, reporting unit (company included) and tool: exact holders by stage reached
with stages as (
    select * from {{ ref('fct_adoption_stages_weekly') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

unit_stages as (
    select
        stages.*,
        reporting_units.unit_key
    from stages
    inner join reporting_units
        on
            stages.week_start = reporting_units.period_start
            and stages.department_key = reporting_units.department_key

    union all

    select
        stages.*,
        'all' as unit_key
    from stages
),

final as (
    select
        week_start,
        unit_key,
        tool,
        min(weeks_observed) as weeks_observed,
        count(*) as assigned
        {%- for stage in adoption_stages()[1:] %},
        sum(case when {{ stage }} then 1 else 0 end) as {{ stage }}
        {%- endfor %}
    from unit_stages
    group by week_start, unit_key, tool
)

select * from final

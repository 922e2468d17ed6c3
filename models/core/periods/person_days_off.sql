-- grain: one row per month and person active in it in any tool: whether on a day off (weekend, company holiday)
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

dates as (
    select * from {{ ref('dim_dates') }}
),

person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month' and active_people = 1
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

final as (
    select
        dates.month_start,
        usage_days.person_key,
        person_months.unit_key,
        min(case when dates.is_working_day then 1 else 0 end) = 0 as has_day_off
    from usage_days
    inner join dates
        on usage_days.activity_date = dates.date_day
    inner join person_months
        on
            dates.month_start = person_months.period_start
            and usage_days.person_key = person_months.person_key
            and usage_days.tool = person_months.tool
    where {{ is_rebuilt('month', 'dates.month_start') }}
    group by dates.month_start, usage_days.person_key, person_months.unit_key
)

select * from final

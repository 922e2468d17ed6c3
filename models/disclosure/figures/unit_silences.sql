-- grain: one row per month and reporting unit (company included): working days on which nobody used any tool
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'month'
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'month'
),

dates as (
    select * from {{ ref('dim_dates') }}
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

working_days as (
    select
        dates.month_start,
        dates.date_day,
        row_number() over (partition by dates.month_start order by dates.date_day) as place,
        count(*) over (partition by dates.month_start) as working_days
    from dates
    inner join run_clock
        on dates.date_day < run_clock.as_of_date
    where
        dates.is_working_day
        and {{ is_rebuilt('month', 'dates.month_start') }}
),

active_days as (
    select distinct
        working_days.month_start,
        working_days.place,
        reporting_units.unit_key
    from usage_days
    inner join working_days
        on usage_days.activity_date = working_days.date_day
    inner join people
        on
            working_days.month_start = people.period_start
            and usage_days.person_key = people.person_key
    left join reporting_units
        on
            people.period_start = reporting_units.period_start
            and people.department_key = reporting_units.department_key
),

unit_days as (
    select
        month_start,
        unit_key,
        place
    from active_days
    where unit_key is not null

    union all

    select distinct
        month_start,
        'all' as unit_key,
        place
    from active_days
),

months as (
    select
        month_start,
        max(working_days) as working_days
    from working_days
    group by month_start
),

-- One step after the last working day, so that a silence at the end of the month counts.
steps as (
    select
        month_start,
        unit_key,
        place
    from unit_days

    union all

    select distinct
        unit_days.month_start,
        unit_days.unit_key,
        months.working_days + 1 as place
    from unit_days
    inner join months
        on unit_days.month_start = months.month_start
),

gaps as (
    select
        month_start,
        unit_key,
        place
        - coalesce(lag(place) over (partition by month_start, unit_key order by place), 0)
        - 1 as silent_days
    from steps
),

final as (
    select
        gaps.month_start,
        gaps.unit_key,
        max(months.working_days) as working_days,
        sum(gaps.silent_days) as silent_days,
        max(gaps.silent_days) as longest_silence_days
    from gaps
    inner join months
        on gaps.month_start = months.month_start
    group by gaps.month_start, gaps.unit_key
)

select * from final

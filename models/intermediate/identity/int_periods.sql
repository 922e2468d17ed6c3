-- grain: one row per period: every ISO week and calendar month from the first loaded day to the clock
-- At most three years back; what is older is no longer compared with anything.
{%- set weeks = 158 %}
{%- set months = 37 %}
with run_clock as (
    select * from {{ ref('int_run_clock') }}
),

loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
),

resources as (
    select * from {{ ref('stg_ops__resources') }}
),

week_offsets as (
    {{ integer_series(weeks) }}
),

month_offsets as (
    {{ integer_series(months) }}
),

-- Days of tools only: a price list or an HR file says nothing about when use was observed.
first_loaded as (
    select min(loaded_days.day) as first_loaded_on
    from loaded_days
    inner join resources
        on loaded_days.source = resources.source
            and loaded_days.resource = resources.resource
    where
        resources.tool is not null
        and loaded_days.status = 'ok'
),

weeks as (
    select
        'week' as period_type,
        {{ add_days(iso_week_start('run_clock.as_of_date'), '-7 * week_offsets.n') }}
            as period_start
    from run_clock
    cross join week_offsets
),

months as (
    select
        'month' as period_type,
        cast(
            {{ dbt.dateadd('month', '-month_offsets.n', month_start('run_clock.as_of_date')) }}
            as date
        ) as period_start
    from run_clock
    cross join month_offsets
),

week_spans as (
    select
        period_type,
        period_start,
        {{ add_days('period_start', 7) }} as period_end
    from weeks
),

month_spans as (
    select
        period_type,
        period_start,
        {{ next_month_start('period_start') }} as period_end
    from months
),

spans as (
    select * from week_spans

    union all

    select * from month_spans
),

final as (
    select
        spans.period_type,
        spans.period_start,
        spans.period_end,
        spans.period_end <= run_clock.as_of_date as is_over
    from spans
    cross join run_clock
    cross join first_loaded
    where spans.period_end > coalesce(first_loaded.first_loaded_on, run_clock.as_of_date)
)

select * from final

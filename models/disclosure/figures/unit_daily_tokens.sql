-- grain: one row per week, reporting unit (company included) and tool: how tokens spread over working days
-- Tokens of a day off count to the working day before it, at the start of a week to the one after: all of
-- the week's tokens are in its mean, and few people's days off are not its difference to a mean of the rest.
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where token_basis = 'reported'
),

people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

all_dates as (
    select * from {{ ref('dim_dates') }}
),

dates as (
    select
        date_day,
        week_start,
        is_working_day,
        coalesce(
            max(case when is_working_day then date_day end) over (
                partition by week_start
                order by date_day
                rows between unbounded preceding and current row
            ),
            min(case when is_working_day then date_day end) over (partition by week_start)
        ) as counted_day
    from all_dates
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

person_days as (
    select
        dates.week_start,
        dates.counted_day,
        reporting_units.unit_key,
        usage_days.tool,
        usage_days.total_tokens
    from usage_days
    inner join dates
        on usage_days.activity_date = dates.date_day
    inner join people
        on
            dates.week_start = people.period_start
            and usage_days.person_key = people.person_key
    left join reporting_units
        on
            people.period_start = reporting_units.period_start
            and people.department_key = reporting_units.department_key
),

unit_rows as (
    select * from person_days
    where unit_key is not null
    union all
    select
        week_start,
        counted_day,
        'all' as unit_key,
        tool,
        total_tokens
    from person_days
),

unit_days as (
    {%- for tool in ['tool', "'all'"] %}
    select
        week_start,
        counted_day,
        unit_key,
        {{ tool }} as tool,
        cast(sum(total_tokens) as {{ type_double() }}) as day_tokens
    from unit_rows
    group by week_start, counted_day, unit_key{{ ', tool' if tool == 'tool' }}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

working_days as (
    select
        dates.week_start,
        count(*) as working_days
    from dates
    inner join run_clock
        on dates.date_day < run_clock.as_of_date
    where dates.is_working_day
    group by dates.week_start
),

sums as (
    select
        unit_days.week_start,
        unit_days.unit_key,
        unit_days.tool,
        max(working_days.working_days) as working_days,
        sum(unit_days.day_tokens) as tokens,
        sum(unit_days.day_tokens * unit_days.day_tokens) as squared_tokens
    from unit_days
    inner join working_days
        on unit_days.week_start = working_days.week_start
    group by unit_days.week_start, unit_days.unit_key, unit_days.tool
),

-- A working day without tokens counts as one with zero. Two days are told by their mean and deviation.
final as (
    select
        week_start,
        unit_key,
        tool,
        working_days,
        case
            when working_days >= 3
                then sqrt(
                    case
                        when squared_tokens / working_days > (tokens / working_days) * (tokens / working_days)
                            then squared_tokens / working_days
                                - (tokens / working_days) * (tokens / working_days)
                        else 0
                    end
                )
        end as daily_tokens_deviation
    from sums
)

select * from final

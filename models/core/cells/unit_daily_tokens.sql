-- grain: one row a week, reporting unit (company included) and tool: tokens by working day, exact
-- What the smoothness of use is made of; shown only where the week's tokens are.
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

dates as (
    select * from {{ ref('dim_dates') }}
    where is_working_day
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

person_days as (
    select
        dates.week_start,
        dates.date_day,
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
        date_day,
        'all' as unit_key,
        tool,
        total_tokens
    from person_days
),

unit_days as (
    {%- for tool in ['tool', "'all'"] %}
    select
        week_start,
        date_day,
        unit_key,
        {{ tool }} as tool,
        cast(sum(total_tokens) as {{ type_double() }}) as day_tokens
    from unit_rows
    group by week_start, date_day, unit_key{{ ', tool' if tool == 'tool' }}
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

-- A working day without tokens counts as one with zero.
final as (
    select
        week_start,
        unit_key,
        tool,
        working_days,
        tokens / working_days as mean_daily_tokens,
        sqrt(
            case
                when squared_tokens / working_days > (tokens / working_days) * (tokens / working_days)
                    then squared_tokens / working_days
                        - (tokens / working_days) * (tokens / working_days)
                else 0
            end
        ) as daily_tokens_deviation
    from sums
)

select * from final

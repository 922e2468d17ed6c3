-- grain: one row per period, reporting unit (company included), tool and measure: how use spreads over days
-- Tokens of single tools and of all by week; tokens and messages of all tools by month.
-- Use of a day off counts to the working day before it, at the start of a period to the one after: all of the
-- period's use is in its mean, and few people's days off are not its difference to a mean of the rest.
{%- set starts = {'week': 'week_start', 'month': 'month_start'} %}
{%- set tools_of = {'week': ['tool', "'all'"], 'month': ["'all'"]} %}
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool', 'measure'] %}
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
),

people as (
    select * from {{ ref('int_person_periods') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
),

all_dates as (
    select * from {{ ref('dim_dates') }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

dates as (
    {%- for period_type, start in starts.items() %}
    select
        date_day,
        '{{ period_type }}' as period_type,
        {{ start }} as period_start,
        is_working_day,
        coalesce(
            max(case when is_working_day then date_day end) over (
                partition by {{ start }}
                order by date_day
                rows between unbounded preceding and current row
            ),
            min(case when is_working_day then date_day end) over (partition by {{ start }})
        ) as counted_day
    from all_dates
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

person_days as (
    {%- for measure, amount in {'tokens': 'total_tokens', 'messages': 'user_messages'}.items() %}
    select
        dates.period_type,
        dates.period_start,
        dates.counted_day,
        usage_days.person_key,
        reporting_units.unit_key,
        usage_days.tool,
        '{{ measure }}' as measure,
        usage_days.{{ amount }} as amount
    from usage_days
    inner join dates
        on usage_days.activity_date = dates.date_day
    inner join rebuilt_periods
        on
            dates.period_type = rebuilt_periods.period_type
            and dates.period_start = rebuilt_periods.period_start
    inner join people
        on
            dates.period_type = people.period_type
            and dates.period_start = people.period_start
            and usage_days.person_key = people.person_key
    left join reporting_units
        on
            people.period_type = reporting_units.period_type
            and people.period_start = reporting_units.period_start
            and people.department_key = reporting_units.department_key
    where
        {%- if measure == 'tokens' %}
        usage_days.token_basis = 'reported'
        {%- else %}
        usage_days.user_messages is not null
        and dates.period_type = 'month'
        {%- endif %}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

unit_rows as (
    select * from person_days
    where unit_key is not null

    union all

    select
        period_type,
        period_start,
        counted_day,
        person_key,
        'all' as unit_key,
        tool,
        measure,
        amount
    from person_days
),

unit_days as (
    {%- for period_type, tools in tools_of.items() %}
    {%- set last_period = loop.last %}
    {%- for tool in tools %}
    select
        period_type,
        period_start,
        counted_day,
        unit_key,
        {{ tool }} as tool,
        measure,
        cast(sum(amount) as {{ type_double() }}) as day_amount
    from unit_rows
    where period_type = '{{ period_type }}'
    group by period_type, period_start, counted_day, unit_key, measure{{ ', tool' if tool == 'tool' }}
    {{- "\n\n    union all\n" if not (loop.last and last_period) }}
    {%- endfor %}
    {%- endfor %}
),

person_sums as (
    select
        period_type,
        period_start,
        unit_key,
        measure,
        person_key,
        sum(amount) as amount
    from unit_rows
    where period_type = 'month' and amount > 0
    group by period_type, period_start, unit_key, measure, person_key
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_type, period_start, unit_key, measure
            order by amount desc, person_key asc
        ) as place
    from person_sums
),

contributors as (
    select
        period_type,
        period_start,
        unit_key,
        measure,
        count(*) as contributors,
        {{ is_dominated('amount', 'place') }} as is_dominated
    from ranked
    group by period_type, period_start, unit_key, measure
),

working_days as (
    select
        dates.period_type,
        dates.period_start,
        count(*) as working_days
    from dates
    inner join run_clock
        on dates.date_day < run_clock.as_of_date
    where dates.is_working_day
    group by dates.period_type, dates.period_start
),

sums as (
    select
        {%- for key in keys %}
        unit_days.{{ key }},
        {%- endfor %}
        max(working_days.working_days) as working_days,
        sum(unit_days.day_amount) as amount,
        sum(unit_days.day_amount * unit_days.day_amount) as squared_amount
    from unit_days
    inner join working_days
        on
            unit_days.period_type = working_days.period_type
            and unit_days.period_start = working_days.period_start
    group by
        {%- for key in keys %}
        unit_days.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
),

-- A working day without use counts as one with zero. Two days are told by their mean and deviation.
final as (
    select
        {%- for key in keys %}
        sums.{{ key }},
        {%- endfor %}
        sums.working_days,
        contributors.contributors,
        contributors.is_dominated,
        sums.amount / sums.working_days as daily_mean,
        case
            when sums.working_days >= 3
                then sqrt(
                    case
                        when
                            sums.squared_amount / sums.working_days
                            > (sums.amount / sums.working_days) * (sums.amount / sums.working_days)
                            then sums.squared_amount / sums.working_days
                                - (sums.amount / sums.working_days) * (sums.amount / sums.working_days)
                        else 0
                    end
                )
        end as daily_deviation
    from sums
    left join contributors
        on
            sums.period_type = contributors.period_type
            and sums.period_start = contributors.period_start
            and sums.unit_key = contributors.unit_key
            and sums.measure = contributors.measure
)

select * from final

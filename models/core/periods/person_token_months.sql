-- grain: one row per month and person active in it who has tokens: the tiers of the mean per working day
-- Tokens that vendors report, over all tools. A total without a split counts as no cache read.
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where token_basis = 'reported' and total_tokens > 0
),

dates as (
    select * from {{ ref('dim_dates') }}
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month' and tool = 'all' and active_people = 1
),

tiers as (
    select * from {{ ref('int_token_tiers') }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

working_days as (
    select
        dates.month_start,
        count(*) as working_days
    from dates
    inner join run_clock
        on dates.date_day < run_clock.as_of_date
    where
        dates.is_working_day
        and {{ is_rebuilt('month', 'dates.month_start') }}
    group by dates.month_start
),

person_sums as (
    select
        working_days.month_start,
        working_days.working_days,
        person_months.person_key,
        person_months.unit_key,
        {{ total('usage_days.total_tokens') }} as tokens,
        {{ total('usage_days.total_tokens - coalesce(usage_days.cached_input_tokens, 0)') }} as uncached_tokens
    from usage_days
    inner join working_days
        on {{ month_start('usage_days.activity_date') }} = working_days.month_start
    inner join person_months
        on
            working_days.month_start = person_months.period_start
            and usage_days.person_key = person_months.person_key
    group by
        working_days.month_start, working_days.working_days, person_months.person_key, person_months.unit_key
),

final as (
    select
        person_sums.month_start,
        person_sums.person_key,
        person_sums.unit_key,
        max(
            case
                when person_sums.tokens >= tiers.minimum_tokens * person_sums.working_days then tiers.tier_key
            end
        ) as tier_key,
        max(
            case
                when person_sums.uncached_tokens >= tiers.minimum_tokens * person_sums.working_days
                    then tiers.tier_key
            end
        ) as uncached_tier_key
    from person_sums
    cross join tiers
    group by person_sums.month_start, person_sums.person_key, person_sums.unit_key
)

select * from final

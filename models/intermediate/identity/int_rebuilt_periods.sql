-- grain: one row per period that is built above person-days
-- Readers are given a closed period as it was closed, so it is not built again. What is built: periods that are
-- not closed; closed ones that may close again, and all of them where a mart has come that none of them holds;
-- the periods that these are compared with; and every week of a month among them, by which it is masked. Before
-- the first use, seat or cost there is nothing to build.
{%- set rebuilt_from = env_var('AI_USAGE_REBUILT_FROM', '') %}
with all_periods as (
    select * from {{ ref('int_periods') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

seat_days as (
    select * from {{ ref('int_seat_days') }}
),

costs as (
    select * from {{ ref('int_account_costs') }}
),

closed_periods as (
    select * from {{ ref('stg_closed__periods') }}
),

closed_marts as (
    select * from {{ ref('stg_closed__marts') }}
),

first_days as (
    select min(activity_date) as first_day
    from account_days

    union all

    select min(seat_date) as first_day
    from seat_days

    union all

    select min(usage_date) as first_day
    from costs
),

first_data as (
    select min(first_day) as first_day
    from first_days
),

periods as (
    select all_periods.*
    from all_periods
    cross join first_data
    where first_data.first_day is null or all_periods.period_end > first_data.first_day
),

marts as (
    {%- for mart in marts_with_periods() %}
    select
        '{{ mart.name }}' as mart,
        '{{ mart.period_type }}' as period_type
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

types_with_new_mart as (
    select distinct marts.period_type
    from marts
    left join closed_marts
        on marts.mart = closed_marts.mart
    where closed_marts.mart is null
),

wanted as (
    select
        periods.*,
        case
            when closed_periods.version is null then 'open'
            when closed_periods.is_reopened then 'reopened'
            when closed_periods.is_early then 'early'
            when types_with_new_mart.period_type is not null then 'new_mart'
            {%- if flags.FULL_REFRESH %}
            else 'asked'
            {%- elif rebuilt_from %}
            when periods.period_end > cast('{{ rebuilt_from }}' as date) then 'asked'
            {%- endif %}
        end as reason
    from periods
    left join closed_periods
        on
            periods.period_type = closed_periods.period_type
            and periods.period_start = closed_periods.period_start
    left join types_with_new_mart
        on periods.period_type = types_with_new_mart.period_type
),

-- The period just before, and the one of 14 weeks before the last day.
compared as (
    select
        period_type,
        case
            when period_type = 'week' then {{ add_days('period_start', -7) }}
            else {{ month_start(add_days('period_start', -1)) }}
        end as period_start
    from wanted
    where reason is not null

    union distinct

    select
        period_type,
        case
            when period_type = 'week' then {{ add_days('period_start', -98) }}
            else {{ month_start(add_days('period_end', -99)) }}
        end as period_start
    from wanted
    where reason is not null
),

chosen as (
    select
        wanted.period_type,
        wanted.period_start,
        wanted.period_end,
        wanted.is_over,
        coalesce(wanted.reason, case when compared.period_start is not null then 'compared' end) as reason
    from wanted
    left join compared
        on
            wanted.period_type = compared.period_type
            and wanted.period_start = compared.period_start
),

months as (
    select
        period_start,
        period_end
    from chosen
    where reason is not null and period_type = 'month'
),

weeks_of_months as (
    select distinct chosen.period_start
    from chosen
    inner join months
        on
            chosen.period_start < months.period_end
            and chosen.period_end > months.period_start
    where chosen.period_type = 'week'
),

final as (
    select
        chosen.period_type,
        chosen.period_start,
        chosen.period_end,
        chosen.is_over,
        coalesce(chosen.reason, 'week_of_month') as reason
    from chosen
    left join weeks_of_months
        on
            chosen.period_type = 'week'
            and chosen.period_start = weeks_of_months.period_start
    where chosen.reason is not null or weeks_of_months.period_start is not null
)

select * from final

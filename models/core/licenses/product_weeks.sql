-- grain: one row per week and tool with a contract: seats bought, over its products and plans
with all_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
    where period_type = 'week'
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

contracts as (
    select * from {{ ref('stg_company__seat_contracts') }}
),

periods as (
    select
        all_periods.period_start,
        case
            when all_periods.is_over then {{ add_days('all_periods.period_end', -1) }}
            else run_clock.as_of_date
        end as last_known_day
    from all_periods
    cross join run_clock
),

product_tools as (
    select distinct
        product,
        tool
    from {{ ref('fct_seats_daily') }}
),

final as (
    select
        periods.period_start as week_start,
        product_tools.tool,
        sum(contracts.purchased_seats) as purchased_seats
    from periods
    inner join contracts
        on
            periods.last_known_day >= contracts.valid_from
            and periods.last_known_day < coalesce(contracts.valid_to, {{ date_bound('last') }})
    inner join product_tools
        on contracts.product = product_tools.product
    group by periods.period_start, product_tools.tool
)

select * from final

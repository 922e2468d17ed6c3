-- grain: one row per month and product with a contract or a seat: seats bought, minimum and price
-- Of the contracts valid on the last known day of the month; plans of one product are added up.
with all_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
    where period_type = 'month'
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

exchange_rates as (
    select * from {{ ref('stg_company__exchange_rates') }}
    where to_currency = '{{ var("reporting_currency") }}'
),

seats as (
    select * from {{ ref('fct_seats_daily') }}
),

last_days as (
    select
        all_periods.period_start as month_start,
        seats.product,
        max(seats.seat_date) as last_seat_date,
        {{ dbt.bool_or('seats.is_carried') }} as has_carried_days
    from seats
    inner join all_periods
        on {{ month_start('seats.seat_date') }} = all_periods.period_start
    group by all_periods.period_start, seats.product
),

assigned as (
    select
        last_days.month_start,
        last_days.product,
        max(last_days.last_seat_date) as last_seat_date,
        {{ dbt.bool_or('last_days.has_carried_days') }} as has_carried_days,
        count(*) as assigned_seats
    from last_days
    inner join seats
        on
            last_days.product = seats.product
            and last_days.last_seat_date = seats.seat_date
    group by last_days.month_start, last_days.product
),

priced_contracts as (
    select
        periods.period_start as month_start,
        contracts.product,
        contracts.purchased_seats,
        contracts.minimum_seats,
        contracts.renewal_date,
        {{ converted_cost('contracts.price_per_seat_month', 'contracts.currency') }} as seat_price
    from periods
    inner join contracts
        on
            periods.last_known_day >= contracts.valid_from
            and periods.last_known_day < coalesce(contracts.valid_to, {{ date_bound('last') }})
    left join exchange_rates
        on
            contracts.currency = exchange_rates.from_currency
            and periods.last_known_day >= exchange_rates.valid_from
            and periods.last_known_day
            < coalesce(exchange_rates.valid_to, {{ date_bound('last') }})
),

bought as (
    select
        month_start,
        product,
        sum(purchased_seats) as purchased_seats,
        sum(minimum_seats) as minimum_seats,
        min(renewal_date) as renewal_date,
        min(seat_price) as seat_price,
        {{ total_money(price_seats('purchased_seats', 'seat_price')) }} as contract_cost
    from priced_contracts
    group by month_start, product
),

final as (
    select
        assigned.month_start,
        assigned.product,
        assigned.last_seat_date,
        assigned.has_carried_days,
        assigned.assigned_seats,
        bought.purchased_seats,
        bought.minimum_seats,
        bought.renewal_date,
        bought.seat_price,
        bought.contract_cost
    from assigned
    left join bought
        on
            assigned.month_start = bought.month_start
            and assigned.product = bought.product
)

select * from final

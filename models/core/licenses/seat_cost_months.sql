-- grain: one row per month, holder (person, or account without one), product and department of the day
with seats as (
    select * from {{ ref('fct_seats_daily') }}
),

exchange_rates as (
    select * from {{ ref('stg_company__exchange_rates') }}
    where to_currency = '{{ var("reporting_currency") }}'
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

priced_seats as (
    select
        {{ month_start('seats.seat_date') }} as month_start,
        seats.person_key,
        case when seats.person_key is null then seats.account_key end as account_key,
        seats.product,
        seats.tool,
        seats.department_key,
        {{ converted_cost('seats.price_per_day', 'seats.currency') }} as cost,
        seats.is_carried
    from seats
    left join exchange_rates
        on
            seats.currency = exchange_rates.from_currency
            and seats.seat_date >= exchange_rates.valid_from
            and seats.seat_date < coalesce(exchange_rates.valid_to, {{ date_bound('last') }})
    where {{ is_rebuilt('month', month_start('seats.seat_date')) }}
),

final as (
    select
        month_start,
        person_key,
        account_key,
        product,
        tool,
        department_key,
        count(*) as seat_days,
        sum(case when is_carried then 1 else 0 end) as carried_seat_days,
        {{ total_money('cost') }} as seat_cost
    from priced_seats
    group by month_start, person_key, account_key, product, tool, department_key
)

select * from final

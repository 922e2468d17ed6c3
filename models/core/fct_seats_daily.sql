-- grain: one row per account, product and day on which the account holds a seat

with seat_days as (
    select * from {{ ref('int_seat_days') }}
),

seat_contracts as (
    select * from {{ ref('stg_company__seat_contracts') }}
),

account_people as (
    select * from {{ ref('int_account_people') }}
),

people as (
    select * from {{ ref('int_organisation_history') }}
),

-- From the end of a span to the next one: a rehire must not change what was before it.
last_departments as (
    select
        person_key,
        department_key,
        valid_to as left_on,
        coalesce(
            lead(valid_from) over (partition by person_key order by valid_from), {{ date_bound('last') }}
        ) as back_on
    from people
),

priced_days as (
    select distinct
        product,
        plan,
        seat_date
    from seat_days
),

-- A contract for the seat's own plan goes before one for any plan. A usage-based seat has no fee.
seat_prices as (
    select
        seat_days.product,
        seat_days.plan,
        seat_days.seat_date,
        seat_contracts.contract_id,
        seat_contracts.price_per_seat_month,
        seat_contracts.currency,
        seat_contracts.valid_from,
        row_number() over (
            partition by seat_days.product, seat_days.plan, seat_days.seat_date
            order by
                case when seat_contracts.plan is null then 1 else 0 end asc,
                seat_contracts.valid_from desc,
                seat_contracts.contract_id asc
        ) as choice
    from priced_days as seat_days
    inner join seat_contracts
        on
            seat_days.product = seat_contracts.product
            and (seat_contracts.plan is null or lower(seat_contracts.plan) = lower(seat_days.plan))
            and seat_days.seat_date >= seat_contracts.valid_from
            and seat_days.seat_date < coalesce(seat_contracts.valid_to, {{ date_bound('last') }})
),

held_seats as (
    select
        seat_days.*,
        account_people.unmatched_reason,
        coalesce(
            account_people.person_key,
            case
                when account_people.unmatched_reason = 'left' then account_people.last_person_key
            end
        ) as person_key
    from seat_days
    left join account_people
        on
            seat_days.account_key = account_people.account_key
            and seat_days.seat_date >= account_people.valid_from
            and seat_days.seat_date < account_people.valid_to
),

final as (
    select
        held_seats.person_key,
        held_seats.account_key,
        held_seats.product,
        held_seats.seat_date,
        held_seats.tool,
        coalesce(people.department_key, last_departments.department_key) as department_key,
        held_seats.assigned_at,
        case
            when held_seats.product = 'chatgpt_usage_based' then cast(0 as {{ type_money() }})
            else {{ share_of_amount(
                'seat_prices.price_per_seat_month', 'held_seats.seats', days_in_month('held_seats.seat_date')
            ) }}
        end as price_per_day,
        case
            when held_seats.product = 'chatgpt_usage_based' then '{{ var("reporting_currency") }}'
            else seat_prices.currency
        end as currency,
        seat_prices.contract_id,
        seat_prices.valid_from as price_valid_from,
        case
            when held_seats.person_key is null then 'unattributed'
            when held_seats.unmatched_reason = 'left' then 'left'
            when people.employment_status = 'on_leave' then 'on_leave'
            else 'employed'
        end as holder_status,
        held_seats.is_carried
    from held_seats
    left join seat_prices
        on
            held_seats.product = seat_prices.product
            and coalesce(held_seats.plan, '') = coalesce(seat_prices.plan, '')
            and held_seats.seat_date = seat_prices.seat_date
            and seat_prices.choice = 1
    left join people
        on
            held_seats.person_key = people.person_key
            and held_seats.seat_date >= people.valid_from
            and held_seats.seat_date < people.valid_to
    left join last_departments
        on
            held_seats.person_key = last_departments.person_key
            and held_seats.seat_date >= last_departments.left_on
            and held_seats.seat_date < last_departments.back_on
)

select * from final

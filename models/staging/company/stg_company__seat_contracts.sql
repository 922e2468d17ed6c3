-- grain: One row per seat contract line.
with source as (
    select * from {{ source('company', 'seat_contracts') }}
),

final as (
    select
        tenant,
        contract_id,
        product,
        plan,
        coalesce(valid_from, {{ date_bound('first') }}) as valid_from,
        valid_to,
        purchased_seats,
        minimum_seats,
        price_per_seat_month,
        currency,
        renewal_date
    from source
)

select * from final

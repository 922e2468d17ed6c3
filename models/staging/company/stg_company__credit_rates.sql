-- grain: One row per price of a vendor unit (credit) and validity.
with source as (
    select * from {{ source('company', 'credit_rates') }}
),

final as (
    select
        tenant,
        unit,
        coalesce(valid_from, {{ date_bound('first') }}) as valid_from,
        valid_to,
        price_per_unit,
        currency
    from source
)

select * from final

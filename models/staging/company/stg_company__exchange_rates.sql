-- grain: One row an exchange rate and validity.
with source as (
    select * from {{ source('company', 'exchange_rates') }}
),

final as (
    select
        tenant,
        from_currency,
        to_currency,
        coalesce(valid_from, {{ date_bound('first') }}) as valid_from,
        valid_to,
        rate
    from source
)

select * from final

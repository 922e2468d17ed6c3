-- grain: One row an agreed token price and validity; wins over the price book.
with source as (
    select * from {{ source('company', 'price_overrides') }}
),

final as (
    select
        tenant,
        provider,
        model,
        component,
        coalesce(valid_from, {{ date_bound('first') }}) as valid_from,
        valid_to,
        usd_per_mtok
    from source
)

select * from final

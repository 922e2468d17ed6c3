-- grain: One row per price of a model and component as the price library stated it at loaded_at.
with source as (
    select * from {{ source('model_prices', 'price_book') }}
),

final as (
    select
        price_key,
        provider,
        model,
        component,
        effective_from,
        tier_start_tokens,
        usd_per_mtok,
        library_version,
        loaded_at
    from source
)

select * from final

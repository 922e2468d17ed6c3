-- grain: Tokens, requests and spend of a UTC day by model, provider and key.
with source as (
    select * from {{ source('api_gateway', 'activity_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        key_token,
        model_provider,
        model,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        spend_usd,
        requests
    from source
)

select * from final

-- grain: One row per request to a model, on its UTC day. It has no id, so rows may repeat.
with source as (
    select * from {{ source('cursor', 'usage_events') }}
),

final as (
    select
        tenant,
        scope,
        day,
        email_token,
        service_account_token,
        model,
        kind,
        is_chargeable,
        input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        output_tokens,
        charged_usd,
        value_usd
    from source
)

select * from final

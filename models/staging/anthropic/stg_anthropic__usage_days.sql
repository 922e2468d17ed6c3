-- grain: One row an actor, product, model, service tier and UTC day with its tokens.
with source as (
    select * from {{ source('anthropic', 'usage_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        feed,
        namespace,
        actor_token,
        email_token,
        product,
        model,
        service_tier,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        total_tokens,
        requests
    from source
)

select * from final

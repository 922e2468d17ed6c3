-- grain: One row an actor, product, model, service tier and UTC day; of the older cost report a
-- line.
with source as (
    select * from {{ source('anthropic', 'cost_days') }}
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
        net_amount,
        gross_amount,
        currency
    from source
)

select * from final

-- grain: One row per member on a snapshot day: spend of the billing cycle up to it.
with source as (
    select * from {{ source('cursor', 'spend') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        cycle_start,
        on_demand_usd,
        included_usd
    from source
)

select * from final

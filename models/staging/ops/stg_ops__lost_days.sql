-- grain: One row per day of a resource that can no longer be fetched.
with source as (
    select * from {{ source('ops', 'lost_days') }}
),

final as (
    select
        source,
        resource,
        tenant,
        day,
        state,
        recorded_at
    from source
)

select * from final

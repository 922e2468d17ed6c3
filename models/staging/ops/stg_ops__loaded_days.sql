-- grain: One row per day of a resource: when it was last fetched, and with how many rows.
with source as (
    select * from {{ source('ops', 'loaded_days') }}
),

final as (
    select
        source,
        resource,
        tenant,
        scope,
        day,
        load_id,
        row_count,
        fetched_at,
        status
    from source
)

select * from final

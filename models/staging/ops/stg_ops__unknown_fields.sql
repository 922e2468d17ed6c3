-- grain: One row a field that a vendor sent and the contract does not know; the name only.
with source as (
    select * from {{ source('ops', 'unknown_fields') }}
),

final as (
    select
        source,
        resource,
        field_path,
        observed_count,
        last_seen_at
    from source
)

select * from final

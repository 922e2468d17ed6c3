-- grain: One row per file: how far it was read, so that the next night goes on there.
with source as (
    select * from {{ source('otel', 'files') }}
),

final as (
    select
        tenant,
        file_token,
        version_token,
        read_bytes,
        last_token,
        read_on
    from source
)

select * from final

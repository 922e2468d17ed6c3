-- grain: One row per version of a file that was read to its end, so that the next night leaves it
-- out.
with source as (
    select * from {{ source('otel', 'files') }}
),

final as (
    select
        tenant,
        file_token,
        read_on
    from source
)

select * from final

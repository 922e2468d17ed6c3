-- grain: One row an erased identifier.
with source as (
    select * from {{ source('ops', 'tombstones') }}
),

final as (
    select
        namespace,
        id_token,
        erased_at,
        valid_from,
        valid_to
    from source
)

select * from final

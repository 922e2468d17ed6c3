-- grain: One row a pseudonymisation epoch with its key-check value.
with source as (
    select * from {{ source('ops', 'pseudonym_epoch') }}
),

final as (
    select
        epoch,
        key_check,
        canonical_version,
        created_at
    from source
)

select * from final

-- grain: One row a layer that has a limit: for how many days its rows are kept.
with source as (
    select * from {{ source('ops', 'retention_policy') }}
),

final as (
    select
        layer,
        days,
        deleted_before,
        enforced_at
    from source
)

select * from final

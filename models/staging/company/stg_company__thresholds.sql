-- grain: One row per named threshold that the company sets.
with source as (
    select * from {{ source('company', 'thresholds') }}
),

final as (
    select
        tenant,
        name,
        value
    from source
)

select * from final

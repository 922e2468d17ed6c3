-- grain: one row per mart that closed periods hold
with source as (
    select * from {{ source('closed', 'contents') }}
),

final as (
    select distinct mart
    from source
)

select * from final

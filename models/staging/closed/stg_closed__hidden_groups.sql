-- grain: one row a group of measures that the linear audit had hidden in a period, for a unit or for all
with source as (
    select * from {{ source('closed', 'hidden_groups') }}
),

final as (
    select
        period_type,
        period_start,
        mask_group,
        unit_key,
        hidden_since
    from source
)

select * from final

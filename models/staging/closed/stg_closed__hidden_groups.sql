-- grain: one row per group of measures that the linear audit had hidden in a period
-- For one unit or for all, in one tool or in all (`*`).
with source as (
    select * from {{ source('closed', 'hidden_groups') }}
),

final as (
    select
        period_type,
        period_start,
        mask_group,
        unit_key,
        -- Releases up to 0.1 hid a group in all tools.
        coalesce(tool, '*') as tool,
        hidden_since
    from source
)

select * from final

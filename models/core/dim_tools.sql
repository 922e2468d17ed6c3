-- grain: one row per tool

with tools as (
    select * from {{ ref('tools') }}
),

final as (
    select
        tool,
        vendor,
        tool_class,
        display_name,
        is_approved,
        has_activity
    from tools
)

select * from final

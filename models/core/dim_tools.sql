-- grain: one row per tool

with tools as (
    select * from {{ ref('tools') }}
),

tools_with_activity as (
    select tool
    from {{ ref('int_metric_capabilities') }}
    where metric = 'active_people' and capability <> 'unavailable'
),

final as (
    select
        tools.tool,
        tools.vendor,
        tools.tool_class,
        tools.display_name,
        tools.is_approved,
        tools_with_activity.tool is not null as has_activity
    from tools
    left join tools_with_activity
        on tools.tool = tools_with_activity.tool
)

select * from final

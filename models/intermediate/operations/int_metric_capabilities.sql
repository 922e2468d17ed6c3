-- grain: one row per tool and metric: what the sources that were ever read give, and why not
-- The best of what they give. Of a tool that no source was read of, what its home could give.
with stated as (
    select * from {{ ref('metric_capabilities') }}
),

tool_sources as (
    select * from {{ ref('int_tool_sources') }}
),

capabilities as (
    select stated.*
    from stated
    inner join tool_sources
        on
            stated.tool = tool_sources.tool
            and stated.source = tool_sources.source
),

read_sources as (
    select distinct source
    from {{ ref('stg_ops__loaded_days') }}
    where status <> 'pending'
),

read_tools as (
    select distinct capabilities.tool
    from capabilities
    inner join read_sources
        on capabilities.source = read_sources.source
),

metrics as (
    select distinct
        tool,
        metric
    from stated
),

ranked as (
    select
        capabilities.*,
        row_number() over (
            partition by capabilities.tool, capabilities.metric
            order by
                case capabilities.capability when 'unavailable' then 2 when 'derived' then 1 else 0 end,
                capabilities.delay_days,
                capabilities.source
        ) as capability_rank
    from capabilities
    left join read_sources
        on capabilities.source = read_sources.source
    left join read_tools
        on capabilities.tool = read_tools.tool
    where read_sources.source is not null or read_tools.tool is null
),

final as (
    select
        metrics.tool,
        metrics.metric,
        coalesce(ranked.capability, 'unavailable') as capability,
        case when ranked.tool is null then 'No connected source tells it.' else ranked.reason end as reason,
        ranked.delay_days
    from metrics
    left join ranked
        on
            metrics.tool = ranked.tool
            and metrics.metric = ranked.metric
            and ranked.capability_rank = 1
)

select * from final

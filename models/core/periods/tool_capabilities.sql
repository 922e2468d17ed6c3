-- grain: one row per tool: what its sources can give at all (`can_<metric>`)
-- A metric that nobody has described is treated as not given: a gap is better than a false zero.
{%- set metrics = period_metrics() + ['licensed_people'] %}
with tools as (
    select * from {{ ref('dim_tools') }}
),

capabilities as (
    select * from {{ ref('int_metric_capabilities') }}
    where capability <> 'unavailable'
),

final as (
    select
        tools.tool,
        {%- for metric in metrics %}
        max(case when capabilities.metric = '{{ metric }}' then 1 else 0 end) = 1 as can_{{ metric }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from tools
    left join capabilities
        on tools.tool = capabilities.tool
    group by tools.tool
)

select * from final

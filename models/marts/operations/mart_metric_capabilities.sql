-- grain: one row per tool and metric: what the vendor gives, and why not
{{ config(alias='metric_capabilities') }}
with capabilities as (
    select * from {{ ref('int_metric_capabilities') }}
),

final as (
    select
        tool,
        metric,
        capability,
        reason,
        delay_days
    from capabilities
)

select * from final

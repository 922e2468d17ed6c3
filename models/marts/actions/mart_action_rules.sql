-- grain: one row per rule of recommended actions: what it says, and the limits in force
{{ config(alias='action_rules') }}
with rules as (
    select * from {{ ref('int_action_rules') }}
),

final as (
    select
        rule_id,
        version as rule_version,
        area,
        page,
        cause,
        audience,
        importance,
        title,
        recommendation,
        metric,
        unit,
        threshold_name,
        threshold,
        second_threshold_name,
        second_threshold,
        minimum_name,
        minimum,
        medium_from,
        high_from
    from rules
)

select * from final

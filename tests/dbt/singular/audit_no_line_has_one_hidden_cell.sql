-- Fails where exactly one figure of a line is hidden, so that the others would tell it. Lines are read
-- from what is published; a figure that is NULL for another reason (no price) is in no mask. One that the
-- linear audit had hidden may be alone: it could be shown by itself, and the audit asked what it tells.
{{ config(tags=['audit']) }}
with published as (
    {{ published_cells() }}
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
),

marked as (
    select
        published.*,
        case when published.shown_value is null then 1 else 0 end as is_null,
        case when hidden_cells.unit_key is null then 0 else 1 end as is_masked,
        case when hidden_cells.reason = 'audit' then 1 else 0 end as is_by_audit
    from published
    left join hidden_cells
        on
            published.period_type = hidden_cells.period_type
            and published.period_start = hidden_cells.period_start
            and published.unit_key = hidden_cells.unit_key
            and published.tool = hidden_cells.tool
            and published.measure = hidden_cells.measure
            and published.item = hidden_cells.item
    where published.unit_key not in ('unattributed', 'unallocated')
),

-- A figure that nobody is shown and no mask hides is not given by the tool.
given as (
    select
        *,
        sum(case when is_null = 0 or is_masked = 1 then 1 else 0 end) over (
            partition by published_table, period_start, tool, measure, item
        ) as given_for_tool
    from marked
),

line_of_units as (
    select
        'units' as line,
        published_table,
        period_start,
        tool as held_fixed,
        measure,
        item,
        count(*) as members,
        sum(is_null) as nulls,
        sum(is_masked) as masked,
        sum(is_by_audit) as by_audit
    from given
    where given_for_tool > 0
    group by published_table, period_start, tool, measure, item
),

-- People are no sum over tools, products and families stand in one tool only.
line_of_tools as (
    select
        'tools' as line,
        published_table,
        period_start,
        unit_key as held_fixed,
        measure,
        item,
        count(*) as members,
        sum(is_null) as nulls,
        sum(is_masked) as masked,
        sum(is_by_audit) as by_audit
    from given
    where
        given_for_tool > 0
        and measure not in ('licensed_people', 'active_people')
        and published_table not in (
            'adoption_funnel_weekly', 'feature_usage_monthly', 'license_utilization_monthly',
            'model_mix_weekly', 'power_users_monthly', 'task_mix_monthly', 'token_tiers_monthly',
            'usage_rhythm_monthly'
        )
    group by published_table, period_start, unit_key, measure, item
),

lines as (
    select * from line_of_units
    union all
    select * from line_of_tools
),

final as (
    select * from lines
    where nulls = 1 and masked = 1 and by_audit = 0 and members > 1
)

select * from final

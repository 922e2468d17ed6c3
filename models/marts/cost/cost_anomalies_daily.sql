-- grain: one row per week, department (reporting unit), tool, cost basis and UTC day: every judged day of the
-- company, and of departments days whose cost is well above the usual
{%- set rule_version = 1 %}
with cost_days as (
    select * from {{ ref('masked_unit_cost_days') }}
),

unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
    where period_type = 'week'
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week'
),

final as (
    select
        cost_days.unit_key as department_key,
        unit_headcounts.unit_name as department_name,
        cost_days.tool,
        cost_days.cost_basis,
        cost_days.usage_date,
        cost_days.week_start,
        cost_days.severity,
        cost_days.reason,
        cast({{ rule_version }} as {{ dbt.type_int() }}) as rule_version,
        tool_periods.period_state,
        tool_periods.is_complete as is_complete_week,
        false as is_suppressed
    from cost_days
    inner join unit_headcounts
        on
            cost_days.week_start = unit_headcounts.period_start
            and cost_days.unit_key = unit_headcounts.unit_key
    inner join tool_periods
        on
            cost_days.week_start = tool_periods.period_start
            and cost_days.tool = tool_periods.tool
)

select * from final

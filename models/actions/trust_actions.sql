-- grain: one row an action about how far the figures can be trusted: rule, source or tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

connected_resources as (
    select * from {{ ref('source_status') }}
    where is_connected
),

-- A history of employees tells the days on which no snapshot was taken.
sources_with_history as (
    select distinct source
    from connected_resources
    where resource = 'employee_history' and row_count > 0
),

resources as (
    select
        connected_resources.*,
        case when sources_with_history.source is null then connected_resources.missing_days else 0 end
            as untold_days
    from connected_resources
    left join sources_with_history
        on connected_resources.source = sources_with_history.source
),

coverage_weeks as (
    select * from {{ ref('identity_coverage_weekly') }}
),

sources as (
    select
        source,
        case when min(tool) = max(tool) then min(tool) else 'all' end as tool,
        sum(case when is_stale then 1 else 0 end) as stale_resources,
        min(case when is_stale then data_through end) as stale_through,
        max(untold_days) as missing_days,
        sum(case when names_concealed then 1 else 0 end) as concealed_resources,
        cast(max(as_of) as date) as as_of_day
    from resources
    group by source
),

source_is_stale as (
    select
        {{ action_figures(
            none, iso_week_start('sources.as_of_day'), 'week',
            recency='1',
            tool='sources.tool',
            item='sources.source',
            metric_value='sources.stale_resources',
            excess='sources.stale_resources / nullif(rules.threshold, 0)',
            figures={'stale_through': 'sources.stale_through'}
        ) }}
    from sources
    inner join rules
        on rules.rule_id = 'source_is_stale'
    where sources.stale_resources > 0 and sources.stale_resources >= rules.threshold
),

days_are_missing as (
    select
        {{ action_figures(
            none, iso_week_start('sources.as_of_day'), 'week',
            recency='1',
            tool='sources.tool',
            item='sources.source',
            metric_value='sources.missing_days',
            excess='sources.missing_days / nullif(rules.threshold, 0)'
        ) }}
    from sources
    inner join rules
        on rules.rule_id = 'days_are_missing'
    where sources.missing_days > 0 and sources.missing_days >= rules.threshold
),

names_concealed as (
    select
        {{ action_figures(
            none, iso_week_start('sources.as_of_day'), 'week',
            recency='1',
            tool='sources.tool',
            item='sources.source',
            metric_value='sources.concealed_resources',
            excess='sources.concealed_resources / nullif(rules.threshold, 0)'
        ) }}
    from sources
    inner join rules
        on rules.rule_id = 'names_concealed'
    where sources.concealed_resources > 0 and sources.concealed_resources >= rules.threshold
),

shown_coverage as (
    {{ shown_periods('coverage_weeks', 'week_start', ['tool'], ['matched_ratio', 'accounts']) }}
),

accounts_without_person as (
    select
        {{ action_figures(
            none, 'shown_coverage.week_start', 'week',
            recency='shown_coverage.recency',
            tool='shown_coverage.tool',
            metric_value='shown_coverage.matched_ratio',
            excess='(1 - shown_coverage.matched_ratio) / nullif(1 - rules.threshold, 0)',
            figures={
                'unmatched_accounts': 'shown_coverage.unmatched_accounts',
                'accounts': 'shown_coverage.accounts',
            }
        ) }}
    from shown_coverage
    inner join rules
        on rules.rule_id = 'accounts_without_person'
    where shown_coverage.accounts >= rules.minimum and shown_coverage.matched_ratio < rules.threshold
),

priced_tools as (
    select tool
    from {{ ref('mart_metric_capabilities') }}
    where metric = 'cost_metered_list' and capability <> 'unavailable'
),

list_costs as (
    select costs.*
    from {{ ref('department_cost_monthly') }} as costs
    inner join priced_tools
        on costs.tool = priced_tools.tool
    where costs.cost_basis = 'metered_list' and costs.department_key = 'all'
),

shown_list_costs as (
    {{ shown_periods(
        'list_costs', 'month_start', ['department_key', 'tool'], ['pricing_coverage_ratio', 'unpriced_tokens']
    ) }}
),

usage_without_price as (
    select
        {{ action_figures(
            'shown_list_costs', 'shown_list_costs.month_start', 'month',
            metric_value='shown_list_costs.pricing_coverage_ratio',
            excess='(1 - shown_list_costs.pricing_coverage_ratio) / nullif(1 - rules.threshold, 0)',
            figures={'thousand_tokens': 'shown_list_costs.unpriced_tokens / 1000.0'}
        ) }}
    from shown_list_costs
    inner join rules
        on rules.rule_id = 'usage_without_price'
    where shown_list_costs.pricing_coverage_ratio < rules.threshold
),

{{ all_actions([
    'source_is_stale', 'names_concealed', 'accounts_without_person', 'days_are_missing', 'usage_without_price',
]) }}

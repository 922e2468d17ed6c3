-- grain: one row an action about intensive users: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

power_months as (
    select * from {{ ref('power_users_monthly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

usage_months as (
    select * from {{ ref('department_usage_monthly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

shown_shares as (
    {{ shown_periods(
        'power_months', 'month_start', ['department_key', 'tool'], ['share_of_messages', 'share_of_active']
    ) }}
),

few_people_carry_use as (
    select
        {{ action_figures(
            'shown_shares', 'shown_shares.month_start', 'month',
            metric_value='shown_shares.share_of_messages',
            comparison_value='shown_shares.share_of_active',
            excess='shown_shares.share_of_messages / nullif(rules.threshold, 0)'
        ) }}
    from shown_shares
    inner join rules
        on rules.rule_id = 'few_people_carry_use'
    where
        shown_shares.share_of_messages >= rules.threshold
        and shown_shares.share_of_active <= rules.second_threshold
),

shown_counts as (
    {{ shown_periods('power_months', 'month_start', ['department_key', 'tool'], ['power_users']) }}
),

no_power_users as (
    select
        {{ action_figures(
            'shown_counts', 'shown_counts.month_start', 'month',
            metric_value='shown_counts.power_users',
            comparison_value='company.power_users',
            people='usage_months.active_people',
            excess='usage_months.active_people / nullif(rules.threshold, 0)',
            figures={'active_people': 'usage_months.active_people'}
        ) }}
    from shown_counts
    inner join shown_counts as company
        on
            shown_counts.tool = company.tool
            and shown_counts.month_start = company.month_start
            and company.department_key = 'all'
    inner join usage_months
        on
            shown_counts.department_key = usage_months.department_key
            and shown_counts.tool = usage_months.tool
            and shown_counts.month_start = usage_months.month_start
    inner join rules
        on rules.rule_id = 'no_power_users'
    where
        shown_counts.power_users = 0
        and company.power_users > 0
        and usage_months.active_people >= rules.threshold
),

{{ all_actions(['few_people_carry_use', 'no_power_users']) }}

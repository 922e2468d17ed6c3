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

newest_shares as (
    {{ newest_shown(
        'power_months', 'month_start', ['department_key', 'tool'], ['share_of_messages', 'share_of_active']
    ) }}
),

few_people_carry_use as (
    select
        {{ action_figures(
            'newest_shares', 'newest_shares.month_start', 'month',
            metric_value='newest_shares.share_of_messages',
            comparison='share of the active people',
            comparison_value='newest_shares.share_of_active',
            excess='newest_shares.share_of_messages / nullif(rules.threshold, 0)',
            evidence="'In the month from ' || " ~ day_text('newest_shares.month_start')
            ~ " || ', power users were ' || " ~ percent_text('newest_shares.share_of_active')
            ~ " || ' of the people active in ' || " ~ tool_text('newest_shares.tool') ~ " || ' and wrote '
            || " ~ percent_text('newest_shares.share_of_messages') ~ " || ' of the messages.'"
        ) }}
    from newest_shares
    inner join rules
        on rules.rule_id = 'few_people_carry_use'
    where
        newest_shares.share_of_messages >= rules.threshold
        and newest_shares.share_of_active <= rules.second_threshold
),

newest_counts as (
    {{ newest_shown('power_months', 'month_start', ['department_key', 'tool'], ['power_users']) }}
),

no_power_users as (
    select
        {{ action_figures(
            'newest_counts', 'newest_counts.month_start', 'month',
            metric_value='newest_counts.power_users',
            comparison='the company',
            comparison_value='company.power_users',
            excess='usage_months.active_people / nullif(rules.threshold, 0)',
            evidence="'In the month from ' || " ~ day_text('newest_counts.month_start') ~ " || ' none of '
            || " ~ whole_text('usage_months.active_people') ~ " || ' people active in '
            || " ~ tool_text('newest_counts.tool') ~ " || ' was a power user; the company has '
            || " ~ whole_text('company.power_users') ~ " || '.'"
        ) }}
    from newest_counts
    inner join newest_counts as company
        on
            newest_counts.tool = company.tool
            and newest_counts.month_start = company.month_start
            and company.department_key = 'all'
    inner join usage_months
        on
            newest_counts.department_key = usage_months.department_key
            and newest_counts.tool = usage_months.tool
            and newest_counts.month_start = usage_months.month_start
    inner join rules
        on rules.rule_id = 'no_power_users'
    where
        newest_counts.power_users = 0
        and company.power_users > 0
        and usage_months.active_people >= rules.threshold
),

{{ all_actions(['few_people_carry_use', 'no_power_users']) }}

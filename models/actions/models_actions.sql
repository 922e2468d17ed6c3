-- grain: one row an action about models: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

usage_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

model_weeks as (
    select * from {{ ref('model_mix_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

newest_advanced as (
    {{ newest_shown(
        'usage_weeks', 'week_start', ['department_key', 'tool'], ['advanced_session_ratio', 'active_people']
    ) }}
),

few_advanced_sessions as (
    select
        {{ action_figures(
            'newest_advanced', 'newest_advanced.week_start', 'week',
            metric_value='newest_advanced.advanced_session_ratio',
            comparison='the company',
            comparison_value='company.advanced_session_ratio',
            excess='(1 - newest_advanced.advanced_session_ratio) / nullif(1 - rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_advanced.week_start') ~ " || ', '
            || " ~ percent_text('newest_advanced.advanced_session_ratio') ~ " || ' of the sessions with '
            || " ~ tool_text('newest_advanced.tool') ~ " || ' ran on an advanced model'
            || coalesce('; in the whole company it was '
            || " ~ percent_text('company.advanced_session_ratio') ~ ", '') || '.'"
        ) }}
    from newest_advanced
    inner join rules
        on rules.rule_id = 'few_advanced_sessions'
    left join usage_weeks as company
        on
            newest_advanced.tool = company.tool
            and newest_advanced.week_start = company.week_start
            and company.department_key = 'all'
    where
        newest_advanced.advanced_session_ratio <= rules.threshold
        and newest_advanced.active_people >= rules.minimum
),

newest_families as (
    {{ newest_shown('model_weeks', 'week_start', ['department_key', 'tool', 'model_family'], ['share']) }}
),

-- Families of one department may have their newest shown week apart: only those of the newest count.
standard_models as (
    select
        department_key,
        department_name,
        tool,
        week_start,
        sum(share) as standard_share,
        max(week_start) over (partition by department_key, tool) as newest_week
    from newest_families
    where tier = 'standard'
    group by department_key, department_name, tool, week_start
),

older_models_in_use as (
    select
        {{ action_figures(
            'standard_models', 'standard_models.week_start', 'week',
            metric_value='standard_models.standard_share',
            excess='standard_models.standard_share / nullif(rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('standard_models.week_start') ~ " || ', '
            || " ~ percent_text('standard_models.standard_share') ~ " || ' of the use of '
            || " ~ tool_text('standard_models.tool')
            ~ " || ' with a known model was on families of the standard tier.'"
        ) }}
    from standard_models
    inner join rules
        on rules.rule_id = 'older_models_in_use'
    where
        standard_models.week_start = standard_models.newest_week
        and standard_models.standard_share >= rules.threshold
),

{{ all_actions(['few_advanced_sessions', 'older_models_in_use']) }}

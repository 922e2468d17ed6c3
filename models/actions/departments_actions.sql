-- grain: one row an action about a department beside the others: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

usage_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key not in ('other', 'unattributed')
),

pattern_weeks as (
    select * from {{ ref('department_patterns_weekly') }}
    where department_key not in ('all', 'other') and tool <> 'all'
),

departments as (
    select * from usage_weeks
    where department_key <> 'all'
),

newest_use as (
    {{ newest_shown(
        'departments', 'week_start', ['department_key', 'tool'], ['active_ratio', 'active_people']
    ) }}
),

-- A week without one of its sources leaves out a tool that may be the main one of the department.
department_behind as (
    select
        {{ action_figures(
            'newest_use', 'newest_use.week_start', 'week',
            metric_value='newest_use.active_ratio',
            comparison='the company',
            comparison_value='company.active_ratio',
            excess='coalesce(company.active_ratio * rules.threshold / nullif(newest_use.active_ratio, 0), 10)',
            evidence="'In the week of ' || " ~ day_text('newest_use.week_start') ~ " || ', '
            || " ~ whole_text('newest_use.active_people') ~ " || ' of '
            || " ~ whole_text('newest_use.headcount') ~ " || ' people used any of the tools. That is '
            || " ~ percent_text('newest_use.active_ratio') ~ " || '; in the whole company it was '
            || " ~ percent_text('company.active_ratio') ~ " || '.'"
        ) }}
    from newest_use
    inner join usage_weeks as company
        on
            newest_use.tool = company.tool
            and newest_use.week_start = company.week_start
            and company.department_key = 'all'
    inner join rules
        on rules.rule_id = 'department_behind'
    where
        newest_use.tool = 'all'
        and newest_use.sources_missing is null
        and newest_use.headcount >= rules.minimum
        and company.active_ratio > 0
        and newest_use.active_ratio <= company.active_ratio * rules.threshold
),

department_to_learn_from as (
    select
        {{ action_figures(
            'newest_use', 'newest_use.week_start', 'week',
            metric_value='newest_use.active_ratio',
            comparison='14 weeks ago',
            comparison_value='earlier.active_ratio',
            excess='(newest_use.active_ratio - earlier.active_ratio) / nullif(rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_use.week_start') ~ " || ', '
            || " ~ whole_text('newest_use.active_people') ~ " || ' of '
            || " ~ whole_text('newest_use.headcount') ~ " || ' people used ' || " ~ tool_text('newest_use.tool')
            ~ " || '; 14 weeks ago ' || " ~ whole_text('earlier.active_people') ~ " || ' of '
            || " ~ whole_text('earlier.headcount') ~ " || ' did.'"
        ) }}
    from newest_use
    inner join usage_weeks as earlier
        on
            newest_use.department_key = earlier.department_key
            and newest_use.tool = earlier.tool
            and {{ add_days('newest_use.week_start', -98) }} = earlier.week_start
    inner join rules
        on rules.rule_id = 'department_to_learn_from'
    where
        newest_use.tool <> 'all'
        and earlier.is_complete_week
        and earlier.active_people >= rules.minimum
        and newest_use.active_ratio >= earlier.active_ratio + rules.threshold
),

newest_pattern as (
    {{ newest_shown(
        'pattern_weeks', 'week_start', ['department_key', 'tool'],
        ['messages_per_session', 'sessions_per_active_person']
    ) }}
),

rare_short_sessions as (
    select
        {{ action_figures(
            'newest_pattern', 'newest_pattern.week_start', 'week',
            metric_value='newest_pattern.sessions_per_active_person',
            comparison='median of the departments',
            comparison_value='newest_pattern.median_sessions_per_active_person',
            excess='newest_pattern.median_sessions_per_active_person * rules.threshold
            / nullif(newest_pattern.sessions_per_active_person, 0)',
            evidence=pattern_text('newest_pattern')
        ) }}
    from newest_pattern
    inner join rules
        on rules.rule_id = 'rare_short_sessions'
    where
        newest_pattern.sessions_per_active_person
        <= newest_pattern.median_sessions_per_active_person * rules.threshold
        and newest_pattern.messages_per_session
        <= newest_pattern.median_messages_per_session * rules.second_threshold
),

{{ all_actions(['department_behind', 'department_to_learn_from', 'rare_short_sessions']) }}

-- grain: one row an action about sessions and what happens in them: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

usage_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

pattern_weeks as (
    select * from {{ ref('department_patterns_weekly') }}
    where department_key not in ('all', 'other') and tool <> 'all'
),

newest_change as (
    {{ newest_shown(
        'usage_weeks', 'week_start', ['department_key', 'tool'],
        ['messages_per_session_change', 'sessions_per_active_person_change', 'active_people']
    ) }}
),

depth_fell_while_sessions_rose as (
    select
        {{ action_figures(
            'newest_change', 'newest_change.week_start', 'week',
            metric_value='newest_change.messages_per_session',
            comparison='14 weeks ago',
            comparison_value='newest_change.messages_per_session_14_weeks_ago',
            excess='-newest_change.messages_per_session_change
            / nullif(newest_change.messages_per_session_14_weeks_ago, 0) / nullif(rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_change.week_start') ~ " || ' people opened '
            || " ~ tool_text('newest_change.tool') ~ " || ' '
            || " ~ decimal_text('newest_change.sessions_per_active_person') ~ " || ' times each, with '
            || " ~ decimal_text('newest_change.messages_per_session')
            ~ " || ' messages a session; 14 weeks ago it was '
            || " ~ decimal_text('newest_change.sessions_per_active_person_14_weeks_ago') ~ " || ' times and '
            || " ~ decimal_text('newest_change.messages_per_session_14_weeks_ago') ~ " || ' messages.'"
        ) }}
    from newest_change
    inner join rules
        on rules.rule_id = 'depth_fell_while_sessions_rose'
    where
        newest_change.active_people >= rules.minimum
        and newest_change.messages_per_session
        <= newest_change.messages_per_session_14_weeks_ago * (1 - rules.threshold)
        and newest_change.sessions_per_active_person
        >= newest_change.sessions_per_active_person_14_weeks_ago * (1 + rules.second_threshold)
),

newest_pattern as (
    {{ newest_shown(
        'pattern_weeks', 'week_start', ['department_key', 'tool'],
        ['messages_per_session', 'sessions_per_active_person']
    ) }}
),

frequent_short_sessions as (
    select
        {{ action_figures(
            'newest_pattern', 'newest_pattern.week_start', 'week',
            metric_value='newest_pattern.messages_per_session',
            comparison='median of the departments',
            comparison_value='newest_pattern.median_messages_per_session',
            excess='newest_pattern.sessions_per_active_person
            / nullif(newest_pattern.median_sessions_per_active_person * rules.threshold, 0)',
            evidence=pattern_text('newest_pattern')
        ) }}
    from newest_pattern
    inner join rules
        on rules.rule_id = 'frequent_short_sessions'
    where
        newest_pattern.sessions_per_active_person
        >= newest_pattern.median_sessions_per_active_person * rules.threshold
        and newest_pattern.messages_per_session
        <= newest_pattern.median_messages_per_session * rules.second_threshold
),

{{ all_actions(['depth_fell_while_sessions_rose', 'frequent_short_sessions']) }}

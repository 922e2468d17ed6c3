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

shown_use as (
    {{ shown_periods(
        'usage_weeks', 'week_start', ['department_key', 'tool'],
        ['messages_per_session', 'sessions_per_active_person', 'active_people']
    ) }}
),

{{ four_week_means(
    'four_weeks', 'shown_use', 'usage_weeks', ['messages_per_session', 'sessions_per_active_person']
) }},

depth_fell_while_sessions_rose as (
    select
        {{ action_figures(
            'four_weeks', 'four_weeks.week_start', 'week',
            metric_value='four_weeks.messages_per_session_now',
            comparison_value='four_weeks.messages_per_session_before',
            people='shown_use.active_people',
            excess='(1 - four_weeks.messages_per_session_now
            / nullif(four_weeks.messages_per_session_before, 0)) / nullif(rules.threshold, 0)',
            figures={
                'sessions_each': 'four_weeks.sessions_per_active_person_now',
                'sessions_each_before': 'four_weeks.sessions_per_active_person_before',
            }
        ) }}
    from four_weeks
    inner join shown_use
        on
            four_weeks.department_key = shown_use.department_key
            and four_weeks.tool = shown_use.tool
            and four_weeks.week_start = shown_use.week_start
    inner join rules
        on rules.rule_id = 'depth_fell_while_sessions_rose'
    where
        shown_use.active_people >= rules.minimum
        and four_weeks.messages_per_session_now
        <= four_weeks.messages_per_session_before * (1 - rules.threshold)
        and four_weeks.sessions_per_active_person_now
        >= four_weeks.sessions_per_active_person_before * (1 + rules.second_threshold)
),

shown_pattern as (
    {{ shown_periods(
        'pattern_weeks', 'week_start', ['department_key', 'tool'],
        ['messages_per_session', 'sessions_per_active_person']
    ) }}
),

frequent_short_sessions as (
    select
        {{ action_figures(
            'shown_pattern', 'shown_pattern.week_start', 'week',
            metric_value='shown_pattern.messages_per_session',
            comparison_value='shown_pattern.median_messages_per_session',
            excess='shown_pattern.sessions_per_active_person
            / nullif(shown_pattern.median_sessions_per_active_person * rules.threshold, 0)',
            people='shown_use.active_people',
            figures={
                'sessions_each': 'shown_pattern.sessions_per_active_person',
                'messages_each': 'shown_pattern.messages_per_session',
                'median_sessions': 'shown_pattern.median_sessions_per_active_person',
                'median_messages': 'shown_pattern.median_messages_per_session',
            }
        ) }}
    from shown_pattern
    inner join rules
        on rules.rule_id = 'frequent_short_sessions'
    left join shown_use
        on
            shown_pattern.department_key = shown_use.department_key
            and shown_pattern.tool = shown_use.tool
            and shown_pattern.week_start = shown_use.week_start
    where
        shown_pattern.sessions_per_active_person
        >= shown_pattern.median_sessions_per_active_person * rules.threshold
        and shown_pattern.messages_per_session
        <= shown_pattern.median_messages_per_session * rules.second_threshold
),

{{ all_actions(['depth_fell_while_sessions_rose', 'frequent_short_sessions']) }}

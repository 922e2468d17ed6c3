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

shown_use as (
    {{ shown_periods(
        'departments', 'week_start', ['department_key', 'tool'], ['active_ratio', 'active_people']
    ) }}
),

-- A week without one of its sources leaves out a tool that may be the main one of the department.
-- Three standard errors of the company's share among so many people: a smaller difference comes by chance.
department_behind as (
    select
        {{ action_figures(
            'shown_use', 'shown_use.week_start', 'week',
            metric_value='shown_use.active_ratio',
            comparison_value='company.active_ratio',
            people='shown_use.headcount - shown_use.active_people',
            excess='coalesce(company.active_ratio * rules.threshold / nullif(shown_use.active_ratio, 0), 10)',
            figures={'active_people': 'shown_use.active_people', 'headcount': 'shown_use.headcount'}
        ) }}
    from shown_use
    inner join usage_weeks as company
        on
            shown_use.tool = company.tool
            and shown_use.week_start = company.week_start
            and company.department_key = 'all'
    inner join rules
        on rules.rule_id = 'department_behind'
    where
        shown_use.tool = 'all'
        and shown_use.sources_missing is null
        and shown_use.headcount >= rules.minimum
        and company.active_ratio > 0
        and shown_use.active_ratio <= company.active_ratio * rules.threshold
        and company.active_ratio - shown_use.active_ratio >= rules.second_threshold
        and company.active_ratio - shown_use.active_ratio
        >= 3 * sqrt(company.active_ratio * (1 - company.active_ratio) / shown_use.headcount)
),

{{ four_week_means('four_weeks', 'shown_use', 'usage_weeks', ['active_ratio', 'active_people']) }},

department_to_learn_from as (
    select
        {{ action_figures(
            'four_weeks', 'four_weeks.week_start', 'week',
            metric_value='four_weeks.active_ratio_now',
            comparison_value='four_weeks.active_ratio_before',
            people='shown_use.active_people',
            excess='(four_weeks.active_ratio_now - four_weeks.active_ratio_before)
            / nullif(rules.threshold, 0)',
            figures={'company_value': 'company.active_ratio'}
        ) }}
    from four_weeks
    inner join shown_use
        on
            four_weeks.department_key = shown_use.department_key
            and four_weeks.tool = shown_use.tool
            and four_weeks.week_start = shown_use.week_start
    inner join usage_weeks as company
        on
            four_weeks.tool = company.tool
            and four_weeks.week_start = company.week_start
            and company.department_key = 'all'
    inner join rules
        on rules.rule_id = 'department_to_learn_from'
    where
        four_weeks.tool <> 'all'
        and shown_use.active_people >= rules.minimum
        and four_weeks.active_ratio_now >= company.active_ratio
        and four_weeks.active_ratio_now >= four_weeks.active_ratio_before + rules.threshold
),

shown_pattern as (
    {{ shown_periods(
        'pattern_weeks', 'week_start', ['department_key', 'tool'],
        ['messages_per_session', 'sessions_per_active_person']
    ) }}
),

rare_short_sessions as (
    select
        {{ action_figures(
            'shown_pattern', 'shown_pattern.week_start', 'week',
            metric_value='shown_pattern.sessions_per_active_person',
            comparison_value='shown_pattern.median_sessions_per_active_person',
            excess='shown_pattern.median_sessions_per_active_person * rules.threshold
            / nullif(shown_pattern.sessions_per_active_person, 0)',
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
        on rules.rule_id = 'rare_short_sessions'
    left join shown_use
        on
            shown_pattern.department_key = shown_use.department_key
            and shown_pattern.tool = shown_use.tool
            and shown_pattern.week_start = shown_use.week_start
    where
        shown_pattern.sessions_per_active_person
        <= shown_pattern.median_sessions_per_active_person * rules.threshold
        and shown_pattern.messages_per_session
        <= shown_pattern.median_messages_per_session * rules.second_threshold
),

{{ all_actions(['department_behind', 'department_to_learn_from', 'rare_short_sessions']) }}

-- grain: one row an action about the length of prompts: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

prompt_weeks as (
    select * from {{ ref('prompt_length_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

usage_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

shown_prompts as (
    {{ shown_periods(
        'prompt_weeks', 'week_start', ['department_key', 'tool'], ['short_ratio', 'measured_messages']
    ) }}
),

many_short_prompts as (
    select
        {{ action_figures(
            'shown_prompts', 'shown_prompts.week_start', 'week',
            metric_value='shown_prompts.short_ratio',
            comparison_value='company.short_ratio',
            excess='shown_prompts.short_ratio / nullif(rules.threshold, 0)',
            people='users.active_people',
            figures={'prompts': 'shown_prompts.measured_messages'}
        ) }}
    from shown_prompts
    inner join rules
        on rules.rule_id = 'many_short_prompts'
    left join prompt_weeks as company
        on
            shown_prompts.tool = company.tool
            and shown_prompts.week_start = company.week_start
            and company.department_key = 'all'
    left join usage_weeks as users
        on
            shown_prompts.department_key = users.department_key
            and shown_prompts.tool = users.tool
            and shown_prompts.week_start = users.week_start
    where
        shown_prompts.short_ratio >= rules.threshold
        and shown_prompts.measured_messages >= rules.minimum
),

shown_length as (
    {{ shown_periods(
        'usage_weeks', 'week_start', ['department_key', 'tool'], ['prompt_chars_mean', 'active_people']
    ) }}
),

{{ four_week_means('four_weeks', 'shown_length', 'usage_weeks', ['prompt_chars_mean']) }},

prompts_shortened as (
    select
        {{ action_figures(
            'four_weeks', 'four_weeks.week_start', 'week',
            metric_value='four_weeks.prompt_chars_mean_now',
            comparison_value='four_weeks.prompt_chars_mean_before',
            people='shown_length.active_people',
            excess='(1 - four_weeks.prompt_chars_mean_now
            / nullif(four_weeks.prompt_chars_mean_before, 0))
            / nullif(rules.threshold, 0)'
        ) }}
    from four_weeks
    inner join shown_length
        on
            four_weeks.department_key = shown_length.department_key
            and four_weeks.tool = shown_length.tool
            and four_weeks.week_start = shown_length.week_start
    inner join rules
        on rules.rule_id = 'prompts_shortened'
    where
        shown_length.active_people >= rules.minimum
        and four_weeks.prompt_chars_mean_now
        <= four_weeks.prompt_chars_mean_before * (1 - rules.threshold)
),

{{ all_actions(['many_short_prompts', 'prompts_shortened']) }}

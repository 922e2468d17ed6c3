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

newest_prompts as (
    {{ newest_shown(
        'prompt_weeks', 'week_start', ['department_key', 'tool'], ['short_ratio', 'measured_messages']
    ) }}
),

many_short_prompts as (
    select
        {{ action_figures(
            'newest_prompts', 'newest_prompts.week_start', 'week',
            metric_value='newest_prompts.short_ratio',
            comparison='the company',
            comparison_value='company.short_ratio',
            excess='newest_prompts.short_ratio / nullif(rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_prompts.week_start') ~ " || ', '
            || " ~ percent_text('newest_prompts.short_ratio') ~ " || ' of '
            || " ~ whole_text('newest_prompts.measured_messages') ~ " || ' prompts to '
            || " ~ tool_text('newest_prompts.tool') ~ " || ' had fewer than 50 characters'
            || coalesce('; in the whole company it was ' || " ~ percent_text('company.short_ratio')
            ~ ", '') || '.'"
        ) }}
    from newest_prompts
    inner join rules
        on rules.rule_id = 'many_short_prompts'
    left join prompt_weeks as company
        on
            newest_prompts.tool = company.tool
            and newest_prompts.week_start = company.week_start
            and company.department_key = 'all'
    where
        newest_prompts.short_ratio >= rules.threshold
        and newest_prompts.measured_messages >= rules.minimum
),

newest_length as (
    {{ newest_shown(
        'usage_weeks', 'week_start', ['department_key', 'tool'],
        ['prompt_chars_mean', 'prompt_chars_mean_14_weeks_ago', 'active_people']
    ) }}
),

prompts_shortened as (
    select
        {{ action_figures(
            'newest_length', 'newest_length.week_start', 'week',
            metric_value='newest_length.prompt_chars_mean',
            comparison='14 weeks ago',
            comparison_value='newest_length.prompt_chars_mean_14_weeks_ago',
            excess='(1 - newest_length.prompt_chars_mean
            / nullif(newest_length.prompt_chars_mean_14_weeks_ago, 0))
            / nullif(rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_length.week_start') ~ " || ' a prompt to '
            || " ~ tool_text('newest_length.tool') ~ " || ' had '
            || " ~ whole_text('newest_length.prompt_chars_mean')
            ~ " || ' characters on average; 14 weeks ago it had '
            || " ~ whole_text('newest_length.prompt_chars_mean_14_weeks_ago') ~ " || '.'"
        ) }}
    from newest_length
    inner join rules
        on rules.rule_id = 'prompts_shortened'
    where
        newest_length.active_people >= rules.minimum
        and newest_length.prompt_chars_mean
        <= newest_length.prompt_chars_mean_14_weeks_ago * (1 - rules.threshold)
),

{{ all_actions(['many_short_prompts', 'prompts_shortened']) }}

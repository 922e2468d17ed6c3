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

shown_advanced as (
    {{ shown_periods(
        'usage_weeks', 'week_start', ['department_key', 'tool'], ['advanced_session_ratio', 'active_people']
    ) }}
),

few_advanced_sessions as (
    select
        {{ action_figures(
            'shown_advanced', 'shown_advanced.week_start', 'week',
            metric_value='shown_advanced.advanced_session_ratio',
            comparison_value='company.advanced_session_ratio',
            excess='(1 - shown_advanced.advanced_session_ratio) / nullif(1 - rules.threshold, 0)',
            people='shown_advanced.active_people'
        ) }}
    from shown_advanced
    inner join rules
        on rules.rule_id = 'few_advanced_sessions'
    left join usage_weeks as company
        on
            shown_advanced.tool = company.tool
            and shown_advanced.week_start = company.week_start
            and company.department_key = 'all'
    where
        shown_advanced.advanced_session_ratio <= rules.threshold
        and shown_advanced.active_people >= rules.minimum
),

shown_families as (
    {{ shown_periods('model_weeks', 'week_start', ['department_key', 'tool', 'model_family'], ['share']) }}
),

-- Families may be hidden in different weeks: the share is of those that are shown, so too low.
standard_models as (
    select
        department_key,
        department_name,
        tool,
        week_start,
        row_number() over (partition by department_key, tool order by week_start desc) as recency,
        sum(case when tier = 'standard' then share else 0 end) as standard_share,
        {{ sorted_list("case when tier = 'standard' and share > 0 then "
            ~ older_models_in_use_item_en('shown_families') ~ ' end') }} as families
    from shown_families
    group by department_key, department_name, tool, week_start
),

weeks_over_limit as (
    select
        standard_models.*,
        usage_weeks.active_people,
        max(case when standard_models.department_key = 'all' then 1 else 0 end) over (
            partition by standard_models.tool, standard_models.week_start
        ) as is_everywhere
    from standard_models
    inner join rules
        on rules.rule_id = 'older_models_in_use'
    left join usage_weeks
        on
            standard_models.department_key = usage_weeks.department_key
            and standard_models.tool = usage_weeks.tool
            and standard_models.week_start = usage_weeks.week_start
    where standard_models.standard_share >= rules.threshold
),

-- A department speaks only where it is not the whole company that uses them.
older_models_in_use as (
    select
        {{ action_figures(
            'weeks_over_limit', 'weeks_over_limit.week_start', 'week',
            metric_value='weeks_over_limit.standard_share',
            people='weeks_over_limit.active_people',
            excess='weeks_over_limit.standard_share / nullif(rules.threshold, 0)',
            figures={'families': 'weeks_over_limit.families'}
        ) }}
    from weeks_over_limit
    inner join rules
        on rules.rule_id = 'older_models_in_use'
    where weeks_over_limit.department_key = 'all' or weeks_over_limit.is_everywhere = 0
),

{{ four_week_means('four_weeks', 'shown_advanced', 'usage_weeks', ['advanced_session_ratio']) }},

more_advanced_sessions as (
    select
        {{ action_figures(
            'four_weeks', 'four_weeks.week_start', 'week',
            metric_value='four_weeks.advanced_session_ratio_now',
            comparison_value='four_weeks.advanced_session_ratio_before',
            excess='(four_weeks.advanced_session_ratio_now - four_weeks.advanced_session_ratio_before)
            / nullif(rules.threshold, 0)',
            people='shown_advanced.active_people',
            figures={'company_value': 'company.advanced_session_ratio'}
        ) }}
    from four_weeks
    inner join shown_advanced
        on
            four_weeks.department_key = shown_advanced.department_key
            and four_weeks.tool = shown_advanced.tool
            and four_weeks.week_start = shown_advanced.week_start
    inner join usage_weeks as company
        on
            four_weeks.tool = company.tool
            and four_weeks.week_start = company.week_start
            and company.department_key = 'all'
    inner join rules
        on rules.rule_id = 'more_advanced_sessions'
    where
        four_weeks.department_key <> 'all'
        and shown_advanced.active_people >= rules.minimum
        and four_weeks.advanced_session_ratio_now >= company.advanced_session_ratio
        and four_weeks.advanced_session_ratio_now >= four_weeks.advanced_session_ratio_before + rules.threshold
        -- Sessions of a person are alike, so people are counted; of both shares the wider error.
        and four_weeks.advanced_session_ratio_now - four_weeks.advanced_session_ratio_before >= 3 * sqrt(
            greatest(
                four_weeks.advanced_session_ratio_before * (1 - four_weeks.advanced_session_ratio_before),
                four_weeks.advanced_session_ratio_now * (1 - four_weeks.advanced_session_ratio_now)
            ) / shown_advanced.active_people
        )
),

{{ all_actions(['few_advanced_sessions', 'older_models_in_use', 'more_advanced_sessions']) }}

-- grain: one row an action about a tool in the whole company: rule, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

company_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key = 'all'
),

shown_licences as (
    {{ shown_periods(
        'company_weeks', 'week_start', ['department_key', 'tool'], ['licensed_active_ratio', 'licensed_people']
    ) }}
),

tool_hardly_used as (
    select
        {{ action_figures(
            'shown_licences', 'shown_licences.week_start', 'week',
            metric_value='shown_licences.licensed_active_ratio',
            people='round(shown_licences.licensed_people * (1 - shown_licences.licensed_active_ratio))',
            excess='(1 - shown_licences.licensed_active_ratio) / nullif(1 - rules.threshold, 0)',
            figures={'licensed_people': 'shown_licences.licensed_people'}
        ) }}
    from shown_licences
    inner join rules
        on rules.rule_id = 'tool_hardly_used'
    where
        shown_licences.tool <> 'all'
        and shown_licences.licensed_people >= rules.minimum
        and shown_licences.licensed_active_ratio <= rules.threshold
),

-- A tool whose licences are hidden in that week is missing in the sum, which is then too low.
licences as (
    select
        all_tools.week_start,
        min(all_tools.recency) as recency,
        max(all_tools.licensed_people) as licensed_people,
        sum(company_weeks.licensed_people) as held_licences
    from shown_licences as all_tools
    inner join company_weeks
        on all_tools.week_start = company_weeks.week_start
    where all_tools.tool = 'all' and company_weeks.tool <> 'all'
    group by all_tools.week_start
),

licences_overlap as (
    select
        {{ action_figures(
            none, 'licences.week_start', 'week',
            recency='licences.recency',
            tool="'all'",
            metric_value=plain_ratio('licences.held_licences', 'licences.licensed_people'),
            excess=plain_ratio('licences.held_licences', 'licences.licensed_people')
            ~ ' / nullif(rules.threshold, 0)',
            figures={
                'licensed_people': 'licences.licensed_people',
                'held_licences': 'licences.held_licences',
            }
        ) }}
    from licences
    inner join rules
        on rules.rule_id = 'licences_overlap'
    where
        licences.licensed_people >= rules.minimum
        and licences.held_licences >= licences.licensed_people * rules.threshold
),

{{ all_actions(['tool_hardly_used', 'licences_overlap']) }}

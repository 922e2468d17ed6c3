-- grain: one row an action about who uses the tools: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

usage_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

funnel_weeks as (
    select * from {{ ref('adoption_funnel_weekly') }}
    where department_key not in ('other', 'unattributed') and tool <> 'all'
),

newest_use as (
    {{ newest_shown(
        'usage_weeks', 'week_start', ['department_key', 'tool'], ['active_ratio', 'active_people']
    ) }}
),

earlier_use as (
    select
        newest_use.department_key,
        newest_use.tool,
        avg(usage_weeks.active_ratio) as active_ratio_mean,
        max(usage_weeks.active_people) as most_active_people,
        count(*) as weeks
    from newest_use
    inner join usage_weeks
        on
            newest_use.department_key = usage_weeks.department_key
            and newest_use.tool = usage_weeks.tool
            and usage_weeks.week_start >= {{ add_days('newest_use.week_start', -28) }}
            and newest_use.week_start > usage_weeks.week_start
    where
        usage_weeks.is_complete_week
        and usage_weeks.active_ratio is not null
        and usage_weeks.active_people is not null
    group by newest_use.department_key, newest_use.tool
),

active_ratio_fell as (
    select
        {{ action_figures(
            'newest_use', 'newest_use.week_start', 'week',
            metric_value='newest_use.active_ratio',
            comparison='mean of the four weeks before',
            comparison_value='earlier_use.active_ratio_mean',
            excess='(1 - newest_use.active_ratio / nullif(earlier_use.active_ratio_mean, 0))
            / nullif(rules.threshold, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_use.week_start') ~ " || ', '
            || " ~ whole_text('newest_use.active_people') ~ " || ' of '
            || " ~ whole_text('newest_use.headcount') ~ " || ' people used ' || " ~ tool_text('newest_use.tool')
            ~ " || '. That is ' || " ~ percent_text('newest_use.active_ratio')
            ~ " || '; the mean of the weeks before is '
            || " ~ percent_text('earlier_use.active_ratio_mean') ~ " || '.'"
        ) }}
    from newest_use
    inner join earlier_use
        on
            newest_use.department_key = earlier_use.department_key
            and newest_use.tool = earlier_use.tool
    inner join rules
        on rules.rule_id = 'active_ratio_fell'
    where
        earlier_use.weeks >= 2
        and earlier_use.most_active_people >= rules.minimum
        and newest_use.active_ratio <= earlier_use.active_ratio_mean * (1 - rules.threshold)
),

newest_funnel as (
    {{ newest_shown('funnel_weeks', 'week_start', ['department_key', 'tool'], ['assigned']) }}
),

stages as (
    {%- set steps = [
        ('assigned', 'first_use', 'a seat to first use'),
        ('first_use', 'repeat_use', 'first use to coming back'),
        ('repeat_use', 'habitual', 'coming back to a habit'),
    ] %}
    {%- for before, after, name in steps %}
    select
        department_key,
        department_name,
        tool,
        week_start,
        {{ loop.index }} as stage_number,
        '{{ name }}' as stage_name,
        {{ before }} as people_before,
        {{ after }} as people_after,
        {{ plain_ratio(after, before) }} as kept_ratio
    from newest_funnel
    where {{ before }} > 0 and {{ after }} is not null
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

worst_stages as (
    select *
    from (
        select
            stages.*,
            row_number() over (
                partition by stages.department_key, stages.tool
                order by stages.kept_ratio, stages.stage_number
            ) as place
        from stages
        inner join rules
            on rules.rule_id = 'funnel_bottleneck'
        where stages.people_before >= rules.minimum
    ) as placed
    where place = 1
),

funnel_bottleneck as (
    select
        {{ action_figures(
            'worst_stages', 'worst_stages.week_start', 'week',
            metric_value='worst_stages.kept_ratio',
            comparison='people at the stage before',
            comparison_value='worst_stages.people_before',
            excess='(1 - worst_stages.kept_ratio) / nullif(1 - rules.threshold, 0)',
            detail='worst_stages.stage_name',
            evidence="'In the week of ' || " ~ day_text('worst_stages.week_start') ~ " || ', '
            || " ~ whole_text('worst_stages.people_after') ~ " || ' of '
            || " ~ whole_text('worst_stages.people_before') ~ " || ' people had got from '
            || worst_stages.stage_name || ' with ' || " ~ tool_text('worst_stages.tool') ~ " || '.'"
        ) }}
    from worst_stages
    inner join rules
        on rules.rule_id = 'funnel_bottleneck'
    where worst_stages.kept_ratio <= rules.threshold
),

licensed_departments as (
    select * from usage_weeks
    where department_key <> 'all'
),

newest_licences as (
    {{ newest_shown(
        'licensed_departments', 'week_start', ['department_key', 'tool'],
        ['licensed_active_ratio', 'licensed_people', 'headcount']
    ) }}
),

ready_for_next_wave as (
    select
        {{ action_figures(
            'newest_licences', 'newest_licences.week_start', 'week',
            metric_value='newest_licences.licensed_active_ratio',
            comparison='the company',
            comparison_value='company.licensed_active_ratio',
            excess='rules.second_threshold * newest_licences.headcount
            / nullif(newest_licences.licensed_people, 0)',
            evidence="'In the week of ' || " ~ day_text('newest_licences.week_start') ~ " || ', '
            || " ~ percent_text('newest_licences.licensed_active_ratio') ~ " || ' of the '
            || " ~ whole_text('newest_licences.licensed_people') ~ " || ' people with a licence of '
            || " ~ tool_text('newest_licences.tool') ~ " || ' used it; '
            || " ~ whole_text('newest_licences.headcount - newest_licences.licensed_people') ~ " || ' of '
            || " ~ whole_text('newest_licences.headcount') ~ " || ' people have none.'"
        ) }}
    from newest_licences
    inner join rules
        on rules.rule_id = 'ready_for_next_wave'
    left join usage_weeks as company
        on
            newest_licences.tool = company.tool
            and newest_licences.week_start = company.week_start
            and company.department_key = 'all'
    where
        newest_licences.licensed_active_ratio >= rules.threshold
        and newest_licences.licensed_people <= rules.second_threshold * newest_licences.headcount
        and newest_licences.licensed_people >= rules.minimum
        and newest_licences.headcount - newest_licences.licensed_people >= rules.minimum
),

{{ all_actions(['active_ratio_fell', 'funnel_bottleneck', 'ready_for_next_wave']) }}

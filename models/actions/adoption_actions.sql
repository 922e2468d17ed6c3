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

shown_use as (
    {{ shown_periods(
        'usage_weeks', 'week_start', ['department_key', 'tool'], ['active_ratio', 'active_people']
    ) }}
),

earlier_use as (
    select
        shown_use.department_key,
        shown_use.tool,
        shown_use.week_start,
        avg(usage_weeks.active_ratio) as active_ratio_mean,
        max(usage_weeks.active_people) as most_active_people,
        count(*) as weeks
    from shown_use
    inner join usage_weeks
        on
            shown_use.department_key = usage_weeks.department_key
            and shown_use.tool = usage_weeks.tool
            and usage_weeks.week_start >= {{ add_days('shown_use.week_start', -28) }}
            and shown_use.week_start > usage_weeks.week_start
    where
        usage_weeks.is_complete_week
        and usage_weeks.active_ratio is not null
        and usage_weeks.active_people is not null
    group by shown_use.department_key, shown_use.tool, shown_use.week_start
),

active_ratio_fell as (
    select
        {{ action_figures(
            'shown_use', 'shown_use.week_start', 'week',
            metric_value='shown_use.active_ratio',
            people='shown_use.headcount',
            comparison_value='earlier_use.active_ratio_mean',
            excess='(1 - shown_use.active_ratio / nullif(earlier_use.active_ratio_mean, 0))
            / nullif(rules.threshold, 0)',
            figures={'active_people': 'shown_use.active_people', 'headcount': 'shown_use.headcount'}
        ) }}
    from shown_use
    inner join earlier_use
        on
            shown_use.department_key = earlier_use.department_key
            and shown_use.tool = earlier_use.tool
            and shown_use.week_start = earlier_use.week_start
    inner join rules
        on rules.rule_id = 'active_ratio_fell'
    where
        earlier_use.weeks >= 2
        and earlier_use.most_active_people >= rules.minimum
        and shown_use.active_ratio <= earlier_use.active_ratio_mean * (1 - rules.threshold)
        -- More than chance: three standard errors of a share of so many people.
        and earlier_use.active_ratio_mean - shown_use.active_ratio >= 3 * sqrt(
            earlier_use.active_ratio_mean * (1 - earlier_use.active_ratio_mean) / shown_use.headcount
        )
),

shown_funnel as (
    {{ shown_periods('funnel_weeks', 'week_start', ['department_key', 'tool'], ['assigned']) }}
),

stages as (
    {%- for before, after in [
        ('assigned', 'first_use'), ('first_use', 'repeat_use'), ('repeat_use', 'habitual'),
    ] %}
    select
        department_key,
        department_name,
        tool,
        week_start,
        recency,
        {{ loop.index }} as stage_number,
        '{{ after }}' as stage,
        {{ before }} as people_before,
        {{ after }} as people_after,
        {{ plain_ratio(after, before) }} as kept_ratio
    from shown_funnel
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
                partition by stages.department_key, stages.tool, stages.week_start
                order by stages.kept_ratio, stages.stage_number
            ) as place
        from stages
        inner join rules
            on rules.rule_id = 'funnel_bottleneck'
        where stages.people_before >= rules.minimum
    ) as placed
    where place = 1
),

-- The company speaks only where no department is shown to hold half of those who stop there.
located_stages as (
    select
        worst_stages.*,
        worst_stages.people_before - worst_stages.people_after as people_stopping,
        max(case
            when worst_stages.department_key <> 'all'
                then worst_stages.people_before - worst_stages.people_after
        end) over (
            partition by worst_stages.tool, worst_stages.week_start, worst_stages.stage_number
        ) as most_of_a_department
    from worst_stages
    inner join rules
        on rules.rule_id = 'funnel_bottleneck'
    where worst_stages.kept_ratio <= rules.threshold
),

funnel_bottleneck as (
    select
        {{ action_figures(
            'located_stages', 'located_stages.week_start', 'week',
            metric_value='located_stages.kept_ratio',
            comparison_value='located_stages.people_before',
            people='located_stages.people_stopping',
            excess='(1 - located_stages.kept_ratio) / nullif(1 - rules.threshold, 0)',
            figures={
                'stage': 'located_stages.stage',
                'people_reaching': 'located_stages.people_after',
                'people_stopping': 'located_stages.people_stopping',
            }
        ) }}
    from located_stages
    inner join rules
        on rules.rule_id = 'funnel_bottleneck'
    where
        located_stages.department_key <> 'all'
        or coalesce(located_stages.most_of_a_department, 0) * 2 < located_stages.people_stopping
),

licensed_departments as (
    select * from usage_weeks
    where department_key <> 'all'
),

shown_licences as (
    {{ shown_periods(
        'licensed_departments', 'week_start', ['department_key', 'tool'],
        ['licensed_active_ratio', 'licensed_people', 'headcount']
    ) }}
),

product_months as (
    select * from {{ ref('license_utilization_monthly') }}
    where department_key = 'all'
),

shown_products as (
    {{ shown_periods('product_months', 'month_start', ['department_key', 'product'], ['unassigned']) }}
),

free_seats as (
    select
        tool,
        min(month_start) as month_start,
        sum(unassigned) as free_seats
    from shown_products
    where recency = 1 and unassigned > 0
    group by tool
),

well_used as (
    select
        shown_licences.*,
        shown_licences.headcount - shown_licences.licensed_people as people_without
    from shown_licences
    inner join rules
        on rules.rule_id = 'ready_for_next_wave'
    where
        shown_licences.licensed_active_ratio >= rules.threshold
        and shown_licences.licensed_people <= rules.second_threshold * shown_licences.headcount
        and shown_licences.licensed_people >= rules.minimum
        and shown_licences.headcount - shown_licences.licensed_people >= rules.minimum
),

-- Free seats go round once: to the department that uses its seats most, then to the next.
in_turn as (
    select
        well_used.*,
        free_seats.month_start as free_month,
        free_seats.free_seats,
        sum(well_used.people_without) over (
            partition by well_used.tool, well_used.recency
            order by well_used.licensed_active_ratio desc, well_used.department_key asc
            rows between unbounded preceding and current row
        ) - well_used.people_without as people_before
    from well_used
    left join free_seats
        on well_used.tool = free_seats.tool
),

with_seats as (
    select
        in_turn.*,
        case
            when free_seats is null or people_before >= free_seats then 0
            when free_seats - people_before < people_without then free_seats - people_before
            else people_without
        end as seats_to_move
    from in_turn
),

ready_for_next_wave as (
    select
        {{ action_figures(
            'with_seats', 'with_seats.week_start', 'week',
            metric_value='with_seats.licensed_active_ratio',
            comparison_value='company.licensed_active_ratio',
            people='with_seats.people_without',
            excess='rules.second_threshold * with_seats.headcount
            / nullif(with_seats.licensed_people, 0)',
            figures={
                'headcount': 'with_seats.headcount',
                'licensed_people': 'with_seats.licensed_people',
                'people_without': 'with_seats.people_without',
                'seats_to_move': 'with_seats.seats_to_move',
                'free_seats': 'with_seats.free_seats',
                'free_month': 'with_seats.free_month',
            }
        ) }}
    from with_seats
    inner join rules
        on rules.rule_id = 'ready_for_next_wave'
    left join usage_weeks as company
        on
            with_seats.tool = company.tool
            and with_seats.week_start = company.week_start
            and company.department_key = 'all'
),

target_weeks as (
    select * from {{ ref('target_progress_weekly') }}
    where department_key not in ('other', 'unattributed')
),

shown_targets as (
    {{ shown_periods('target_weeks', 'week_start', ['department_key', 'tool', 'metric'], ['actual']) }}
),

-- A run of weeks that reached the target begins after each week that did not.
missed_targets as (
    select
        shown_targets.*,
        actual >= target as is_reached,
        sum(case when actual >= target then 0 else 1 end) over (
            partition by department_key, tool, metric order by week_start
            rows between unbounded preceding and current row
        ) as misses
    from shown_targets
),

reached_targets as (
    select
        missed_targets.*,
        row_number() over (
            partition by department_key, tool, metric, misses, is_reached order by week_start
        ) as weeks_reached
    from missed_targets
),

target_reached as (
    select
        {{ action_figures(
            'reached_targets', 'reached_targets.week_start', 'week',
            item="reached_targets.metric || '_of_' || reached_targets.tool",
            metric_value='reached_targets.actual',
            comparison_value='reached_targets.target',
            excess='reached_targets.weeks_reached / nullif(rules.threshold, 0)',
            figures={
                'target_metric': 'reached_targets.metric',
                'due_day': 'reached_targets.due_date',
                'weeks_reached': 'reached_targets.weeks_reached',
            }
        ) }}
    from reached_targets
    inner join rules
        on rules.rule_id = 'target_reached'
    where reached_targets.is_reached and reached_targets.weeks_reached >= rules.threshold
),

rollouts as (
    select * from {{ ref('mart_rollouts') }}
),

shown_habits as (
    {{ shown_periods('funnel_weeks', 'week_start', ['department_key', 'tool'], ['assigned', 'habitual']) }}
),

given_habits as (
    select
        shown_habits.*,
        rollouts.rollout_date
    from shown_habits
    inner join rollouts
        on
            shown_habits.department_key = rollouts.department_key
            and shown_habits.tool = rollouts.tool
),

habits as (
    select
        given_habits.*,
        {{ plain_ratio('habitual', 'assigned') }} as habitual_share,
        {{ days_between('rollout_date', 'week_start') }}
            as days_since
    from given_habits
),

rollout_took_hold as (
    select
        {{ action_figures(
            'habits', 'habits.week_start', 'week',
            metric_value='habits.habitual_share',
            excess='habits.habitual_share / nullif(rules.threshold, 0)',
            people='habits.habitual',
            figures={
                'rollout_day': 'habits.rollout_date',
                'people_reaching': 'habits.habitual',
                'holders': 'habits.assigned',
            }
        ) }}
    from habits
    inner join rules
        on rules.rule_id = 'rollout_took_hold'
    where
        habits.days_since >= 7 * rules.second_threshold
        and habits.assigned >= rules.minimum
        and habits.habitual >= habits.assigned * rules.threshold
),

company_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key = 'all' and tool = 'all' and sources_missing is null
),

shown_company as (
    {{ shown_periods(
        'company_weeks', 'week_start', ['department_key', 'tool'], ['active_ratio', 'active_people']
    ) }}
),

{{ four_week_means('company_means', 'shown_company', 'company_weeks', ['active_ratio']) }},

company_use_grew as (
    select
        {{ action_figures(
            'company_means', 'company_means.week_start', 'week',
            metric_value='company_means.active_ratio_now',
            comparison_value='company_means.active_ratio_before',
            excess='(company_means.active_ratio_now - company_means.active_ratio_before)
            / nullif(rules.threshold, 0)',
            people='shown_company.active_people'
        ) }}
    from company_means
    inner join shown_company
        on company_means.week_start = shown_company.week_start
    inner join rules
        on rules.rule_id = 'company_use_grew'
    where
        shown_company.active_people >= rules.minimum
        and company_means.active_ratio_now >= company_means.active_ratio_before + rules.threshold
        and company_means.active_ratio_now - company_means.active_ratio_before >= 3 * sqrt(
            company_means.active_ratio_before * (1 - company_means.active_ratio_before)
            / shown_company.headcount
        )
),

alarm_weeks as (
    select * from {{ ref('usage_alarms_weekly') }}
    where series = 'active_people' and department_key not in ('other', 'unattributed')
),

shown_alarms as (
    {{ shown_periods(
        'alarm_weeks', 'week_start', ['department_key', 'tool'], ['log_ratio', 'usual_log_ratio']
    ) }}
),

-- Of several alarms, the highest level before one of them has to be reached again.
after_alarms as (
    select
        shown_alarms.department_key,
        shown_alarms.department_name,
        shown_alarms.tool,
        shown_alarms.week_start,
        shown_alarms.recency,
        shown_alarms.figure,
        avg(case
            when weeks.week_start >= {{ add_days('shown_alarms.week_start', -21) }} then weeks.log_ratio
        end) as log_ratio_now,
        sum(case
            when weeks.week_start >= {{ add_days('shown_alarms.week_start', -21) }} then 1 else 0
        end) as weeks_now,
        max(case when weeks.is_alarm then weeks.week_start end) as alarm_week,
        max(case when weeks.is_alarm then weeks.usual_log_ratio end) as usual_log_ratio
    from shown_alarms
    inner join shown_alarms as weeks
        on
            shown_alarms.department_key = weeks.department_key
            and shown_alarms.tool = weeks.tool
            and shown_alarms.week_start >= weeks.week_start
            and weeks.week_start >= {{ add_days('shown_alarms.week_start', -105) }}
    group by
        shown_alarms.department_key, shown_alarms.department_name, shown_alarms.tool,
        shown_alarms.week_start, shown_alarms.recency, shown_alarms.figure
),

back_after_alarm as (
    select
        {{ action_figures(
            'after_alarms', 'after_alarms.week_start', 'week',
            metric_value='exp(after_alarms.log_ratio_now - after_alarms.usual_log_ratio)',
            excess='exp(after_alarms.log_ratio_now - after_alarms.usual_log_ratio) / nullif(rules.threshold, 0)',
            people='after_alarms.figure',
            figures={'alarm_week': 'after_alarms.alarm_week'}
        ) }}
    from after_alarms
    inner join rules
        on rules.rule_id = 'back_after_alarm'
    where
        after_alarms.weeks_now = 4
        and after_alarms.alarm_week < {{ add_days('after_alarms.week_start', -21) }}
        and exp(after_alarms.log_ratio_now - after_alarms.usual_log_ratio) >= rules.threshold
),

{{ all_actions([
    'active_ratio_fell', 'funnel_bottleneck', 'ready_for_next_wave', 'target_reached', 'rollout_took_hold',
    'company_use_grew', 'back_after_alarm',
]) }}

-- grain: one row per week, metric, department (reporting unit) and tool of a target that holds then
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
{{ config(tags=['derived']) }}
{%- set metrics = ['active_ratio', 'licensed_active_ratio', 'advanced_session_ratio'] %}
with targets as (
    select * from {{ ref('mart_targets') }}
),

department_weeks as (
    select * from {{ ref('department_usage_weekly') }}
),

figures as (
    {%- for metric in metrics %}
    select
        '{{ metric }}' as metric,
        department_key,
        tool,
        week_start,
        {{ metric }} as actual,
        period_state,
        is_complete_week,
        is_suppressed
    from department_weeks
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

aimed as (
    select
        figures.*,
        targets.department_name,
        targets.target,
        targets.due_date
    from figures
    inner join targets
        on
            figures.metric = targets.metric
            and figures.department_key = targets.department_key
            and figures.tool = targets.tool
            and figures.week_start >= targets.valid_from
            and figures.week_start < targets.valid_to
),

aimed_weeks as (
    select
        aimed.*,
        {{ days_between('week_start', 'due_date') }}
            as days_until_due
    from aimed
),

shown_weeks as (
    select * from figures
    where is_complete_week and actual is not null
),

-- The four weeks that end with the week, and the four before them: what changed between them took four weeks.
eight_weeks as (
    select
        aimed_weeks.metric,
        aimed_weeks.department_key,
        aimed_weeks.tool,
        aimed_weeks.week_start,
        shown_weeks.actual,
        shown_weeks.week_start >= {{ add_days('aimed_weeks.week_start', -21) }} as is_now
    from aimed_weeks
    inner join shown_weeks
        on
            aimed_weeks.metric = shown_weeks.metric
            and aimed_weeks.department_key = shown_weeks.department_key
            and aimed_weeks.tool = shown_weeks.tool
            and aimed_weeks.week_start >= shown_weeks.week_start
            and shown_weeks.week_start >= {{ add_days('aimed_weeks.week_start', -49) }}
),

means as (
    select
        metric,
        department_key,
        tool,
        week_start,
        avg(case when is_now then actual end) as mean_now,
        avg(case when not is_now then actual end) as mean_before,
        sum(case when is_now then 1 else 0 end) as weeks_now,
        sum(case when not is_now then 1 else 0 end) as weeks_before
    from eight_weeks
    group by metric, department_key, tool, week_start
),

paces as (
    select
        metric,
        department_key,
        tool,
        week_start,
        mean_now,
        (mean_now - mean_before) / 4 as pace
    from means
    where weeks_now >= 2 and weeks_before >= 2
),

-- Whole weeks between the end of the week and that of the due date.
timed as (
    select
        aimed_weeks.*,
        paces.pace,
        paces.mean_now,
        aimed_weeks.days_until_due < 6 as is_past_due,
        cast(
            greatest(floor((aimed_weeks.days_until_due - 6) / 7.0), 0) as {{ dbt.type_bigint() }}
        ) as weeks_left,
        -- A week that is not complete says nothing, and neither does a hidden figure.
        case when aimed_weeks.is_complete_week then aimed_weeks.actual end as known
    from aimed_weeks
    left join paces
        on
            aimed_weeks.metric = paces.metric
            and aimed_weeks.department_key = paces.department_key
            and aimed_weeks.tool = paces.tool
            and aimed_weeks.week_start = paces.week_start
),

expected as (
    select
        timed.*,
        case
            when known is not null and pace is not null and weeks_left > 0
                then least(greatest(mean_now + pace * weeks_left, 0), 1)
        end as expected_at_due
    from timed
),

final as (
    select
        metric,
        department_key,
        department_name,
        tool,
        week_start,
        target,
        due_date,
        actual,
        target - actual as gap,
        weeks_left,
        case when known is not null then pace end as pace,
        case
            when known >= target then 0
            when weeks_left > 0 then (target - known) / weeks_left
        end as pace_needed,
        expected_at_due,
        case
            when known is null then null
            when known >= target then true
            when weeks_left = 0 then false
            when expected_at_due is not null then expected_at_due >= target
        end as on_track,
        case
            when known is null then null
            when known >= target then 'reached'
            when is_past_due then 'missed'
            when weeks_left = 0 then 'behind'
            when expected_at_due >= target then 'on_track'
            when expected_at_due < target then 'behind'
            else 'open'
        end as standing,
        period_state,
        is_complete_week,
        is_suppressed
    from expected
)

select * from final

-- grain: one row per week, person employed in it and tool (`all` included) used in the last twelve weeks
-- How regularly they use it, and whether this week differs from the one before. Who is active in the week
-- itself is read where active people are counted, so that the transitions add up to them.
{%- set weeks_in_window = 12 %}
with person_weeks as (
    select distinct
        week_start,
        person_key,
        tool
    from {{ ref('person_tool_weeks') }}
),

active_people as (
    select
        period_start as week_start,
        person_key,
        tool
    from {{ ref('person_tool_periods') }}
    where period_type = 'week' and active_people = 1
),

people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week'
),

power_users as (
    select * from {{ ref('fct_power_users_weekly') }}
    where is_power_user
),

week_offsets as (
    {{ integer_series(weeks_in_window) }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

first_weeks as (
    select
        person_key,
        tool,
        min(week_start) as first_week
    from person_weeks
    group by person_key, tool
),

-- Each week of use counts in the windows of the eleven weeks after it, and in its own.
marks as (
    select
        {{ add_days('person_weeks.week_start', '7 * week_offsets.n') }} as week_start,
        person_weeks.person_key,
        person_weeks.tool,
        week_offsets.n as weeks_ago
    from person_weeks
    cross join week_offsets
    where
        week_offsets.n > 0
        and {{ is_rebuilt('week', add_days('person_weeks.week_start', '7 * week_offsets.n')) }}

    union all

    select
        week_start,
        person_key,
        tool,
        0 as weeks_ago
    from active_people
),

counted as (
    select
        week_start,
        person_key,
        tool,
        count(*) as active_of_12,
        sum(case when weeks_ago < 4 then 1 else 0 end) as active_of_4,
        max(case when weeks_ago = 0 then 1 else 0 end) as is_active,
        max(case when weeks_ago = 1 then 1 else 0 end) as was_active
    from marks
    group by week_start, person_key, tool
),

tool_weeks as (
    select
        tool_periods.tool,
        tool_periods.period_start as week_start,
        coalesce(earlier.gives_active, true) as is_week_before_read,
        {{ weeks_observed('tool_periods.first_day', 'tool_periods.period_end') }} as weeks_observed
    from tool_periods
    left join tool_periods as earlier
        on
            tool_periods.tool = earlier.tool
            and tool_periods.period_start = {{ add_days('earlier.period_start', 7) }}
    where tool_periods.has_activity and tool_periods.gives_active
),

observed as (
    select
        counted.week_start,
        counted.person_key,
        counted.tool,
        people.department_key,
        tool_weeks.weeks_observed,
        tool_weeks.is_week_before_read,
        counted.is_active,
        counted.was_active,
        coalesce(first_weeks.first_week < counted.week_start, false) as has_used_before,
        counted.active_of_4 >= 2
        and case
            when tool_weeks.weeks_observed < 12 then counted.active_of_4 = 4
            else counted.active_of_12 >= 9
        end as is_habitual,
        counted.active_of_12 >= 4
        or (tool_weeks.weeks_observed < 12 and counted.active_of_4 >= 2) as is_novice,
        power_users.person_key is not null as is_power_user
    from counted
    inner join people
        on
            counted.week_start = people.period_start
            and counted.person_key = people.person_key
    inner join tool_weeks
        on
            counted.week_start = tool_weeks.week_start
            and counted.tool = tool_weeks.tool
    left join first_weeks
        on
            counted.person_key = first_weeks.person_key
            and counted.tool = first_weeks.tool
    left join power_users
        on
            counted.week_start = power_users.week_start
            and counted.person_key = power_users.person_key
            and counted.tool = power_users.tool
    where tool_weeks.weeks_observed >= 4
),

final as (
    select
        week_start,
        person_key,
        tool,
        department_key,
        weeks_observed,
        is_active = 1 as is_active,
        case
            when is_habitual and is_power_user then 'power'
            when is_habitual then 'habitual'
            when is_novice then 'novice'
            else 'low'
        end as segment,
        case
            when not is_week_before_read then cast(null as {{ dbt.type_string() }})
            when is_active = 1 and was_active = 1 then 'retained'
            when is_active = 1 and has_used_before then 'reactivated'
            when is_active = 1 then 'new'
            when was_active = 1 then 'lapsed'
        end as transition
    from observed
)

select * from final

-- grain: one row per week, person holding a seat at its end and tool (`all` included): stages reached
-- Each stage counts only people of the stage before, so that the funnel is monotone.
with use_of_weeks as (
    select * from {{ ref('person_use_weeks') }}
    where is_holder = 1
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

observed as (
    select
        use_of_weeks.week_start,
        use_of_weeks.person_key,
        use_of_weeks.tool,
        people.department_key,
        {{ weeks_observed('tool_periods.first_day', 'tool_periods.period_end') }} as weeks_observed,
        use_of_weeks.active_weeks,
        use_of_weeks.active_of_12,
        use_of_weeks.active_of_4,
        power_users.person_key is not null as is_power_user
    from use_of_weeks
    inner join people
        on
            use_of_weeks.week_start = people.period_start
            and use_of_weeks.person_key = people.person_key
    inner join tool_periods
        on
            use_of_weeks.week_start = tool_periods.period_start
            and use_of_weeks.tool = tool_periods.tool
    left join power_users
        on
            use_of_weeks.week_start = power_users.week_start
            and use_of_weeks.person_key = power_users.person_key
            and use_of_weeks.tool = power_users.tool
),

habits as (
    select
        observed.*,
        active_of_4 >= 2 as is_repeating,
        case when weeks_observed < 12 then active_of_4 = 4 else active_of_12 >= 9 end as is_habitual
    from observed
),

final as (
    select
        week_start,
        person_key,
        tool,
        department_key,
        weeks_observed,
        active_weeks > 0 as first_use,
        case when weeks_observed >= 4 then is_repeating end as repeat_use,
        case when weeks_observed >= 4 then is_repeating and is_habitual end as habitual,
        case when weeks_observed >= 4 then is_repeating and is_habitual and is_power_user end as deep
    from habits
)

select * from final

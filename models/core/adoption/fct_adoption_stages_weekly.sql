-- grain: one row a week, person holding a seat at its end and tool (`all` included): stages reached
-- Each stage counts only people of the stage before, so that the funnel is monotone.
with seats as (
    select * from {{ ref('fct_seats_daily') }}
    where person_key is not null
),

people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

person_weeks as (
    select distinct
        week_start,
        person_key,
        tool
    from {{ ref('person_tool_weeks') }}
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week'
),

power_users as (
    select * from {{ ref('fct_power_users_weekly') }}
    where is_power_user
),

seat_weeks as (
    select
        {{ iso_week_start('seat_date') }} as week_start,
        tool,
        max(seat_date) as last_seat_date
    from seats
    group by {{ iso_week_start('seat_date') }}, tool
),

tool_holders as (
    select distinct
        seat_weeks.week_start,
        seats.person_key,
        seat_weeks.tool
    from seat_weeks
    inner join seats
        on
            seat_weeks.tool = seats.tool
            and seat_weeks.last_seat_date = seats.seat_date
),

holders as (
    select * from tool_holders
    union
    select
        week_start,
        person_key,
        'all' as tool
    from tool_holders
),

-- Weeks held and weeks of use on one line of time; a window over week numbers counts the use.
week_marks as (
    select
        week_start,
        person_key,
        tool,
        1 as is_holder,
        0 as is_active
    from holders

    union all

    select
        week_start,
        person_key,
        tool,
        0 as is_holder,
        1 as is_active
    from person_weeks
),

person_marks as (
    select
        week_start,
        {{ days_between("cast('1900-01-01' as date)", 'week_start') }}
            as day_number,
        person_key,
        tool,
        max(is_holder) as is_holder,
        max(is_active) as is_active
    from week_marks
    group by week_start, person_key, tool
),

use_of_weeks as (
    select
        week_start,
        person_key,
        tool,
        is_holder,
        {%- for name, frame in {
            'active_weeks': 'rows between unbounded preceding and current row',
            'active_of_12': 'range between 77 preceding and current row',
            'active_of_4': 'range between 21 preceding and current row',
        }.items() %}
        sum(is_active) over (
            partition by person_key, tool
            order by day_number
            {{ frame }}
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from person_marks
),

observed as (
    select
        use_of_weeks.week_start,
        use_of_weeks.person_key,
        use_of_weeks.tool,
        people.department_key,
        cast(
            floor(
                {{ days_between('tool_periods.first_day', 'tool_periods.period_end') }}
                / 7.0
            ) as {{ dbt.type_int() }}
        ) as weeks_observed,
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
    where use_of_weeks.is_holder = 1
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

-- grain: one row per week, person and tool (`all` included) with a seat at its end or use in it
-- Weeks of use up to the week: all of them, of the last twelve, of the last four.
with seats as (
    select * from {{ ref('fct_seats_daily') }}
    where person_key is not null
),

person_weeks as (
    select distinct
        week_start,
        person_key,
        tool
    from {{ ref('person_tool_weeks') }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

seat_weeks as (
    select
        {{ iso_week_start('seat_date') }} as week_start,
        tool,
        max(seat_date) as last_seat_date
    from seats
    where {{ is_rebuilt('week', iso_week_start('seat_date')) }}
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
    union distinct
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

counted as (
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

final as (
    select * from counted
    where {{ is_rebuilt('week', 'week_start') }}
)

select * from final

-- grain: one row per month, person holding a seat at the end of its last week, and tool (`all` included)
-- Whether they have ever used it, and who they are. The last week is the last whose Thursday is in the month.
with stages as (
    select * from {{ ref('fct_adoption_stages_weekly') }}
),

seats as (
    select * from {{ ref('fct_seats_daily') }}
    where person_key is not null
),

people as (
    select * from {{ ref('dim_people') }}
),

usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

dated as (
    select
        stages.*,
        {{ month_start(add_days('stages.week_start', 3)) }} as month_start,
        {{ add_days('stages.week_start', 6) }} as last_day
    from stages
),

last_weeks as (
    select
        month_start,
        max(week_start) as week_start
    from dated
    where {{ is_rebuilt('month', 'month_start') }}
    group by month_start
),

holders as (
    select dated.*
    from dated
    inner join last_weeks
        on
            dated.month_start = last_weeks.month_start
            and dated.week_start = last_weeks.week_start
),

first_days as (
    select
        person_key,
        tool,
        min(activity_date) as first_use_day
    from usage_days
    group by person_key, tool
),

person_first_days as (
    select * from first_days
    union all
    select
        person_key,
        'all' as tool,
        min(first_use_day) as first_use_day
    from first_days
    group by person_key
),

read_days as (
    select
        tool,
        min(first_use_day) as first_read_day
    from person_first_days
    group by tool
),

seat_days as (
    select
        person_key,
        tool,
        seat_date,
        coalesce(cast(assigned_at as date), seat_date) as held_since
    from seats
    union all
    select
        person_key,
        'all' as tool,
        seat_date,
        coalesce(cast(assigned_at as date), seat_date) as held_since
    from seats
),

starts as (
    select
        holders.month_start,
        holders.person_key,
        holders.tool,
        min(seat_days.held_since) as held_since
    from holders
    inner join seat_days
        on
            holders.person_key = seat_days.person_key
            and holders.tool = seat_days.tool
            and holders.last_day >= seat_days.seat_date
    group by holders.month_start, holders.person_key, holders.tool
),

spans as (
    select
        holders.month_start,
        holders.person_key,
        holders.tool,
        people.job_function,
        people.location,
        people.is_manager,
        people.tenure_band,
        row_number() over (
            partition by holders.month_start, holders.person_key, holders.tool
            order by people.valid_from desc
        ) as newest
    from holders
    inner join people
        on
            holders.person_key = people.person_key
            and holders.last_day >= people.valid_from
),

final as (
    select
        holders.month_start,
        holders.week_start,
        holders.person_key,
        holders.tool,
        holders.department_key,
        spans.job_function,
        spans.location,
        spans.is_manager,
        spans.tenure_band,
        holders.first_use as is_activated,
        not holders.first_use
        and {{ days_between('starts.held_since', 'holders.last_day') }}
        >= 30 as is_never_activated,
        -- Unknown where use was not read yet when the seat was given, or where the tool was used before.
        case
            when
                holders.first_use
                and starts.held_since >= read_days.first_read_day
                and person_first_days.first_use_day >= starts.held_since
                then {{ days_between('starts.held_since', 'person_first_days.first_use_day') }}
        end as days_to_first_use
    from holders
    inner join starts
        on
            holders.month_start = starts.month_start
            and holders.person_key = starts.person_key
            and holders.tool = starts.tool
    left join spans
        on
            holders.month_start = spans.month_start
            and holders.person_key = spans.person_key
            and holders.tool = spans.tool
            and spans.newest = 1
    left join person_first_days
        on
            holders.person_key = person_first_days.person_key
            and holders.tool = person_first_days.tool
    left join read_days
        on holders.tool = read_days.tool
)

select * from final

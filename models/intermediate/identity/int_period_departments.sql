-- grain: one row per period and department known by then: its people
with periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

departments as (
    select * from {{ ref('dim_departments') }}
),

organisation_history as (
    select * from {{ ref('int_organisation_history') }}
),

person_periods as (
    select * from {{ ref('int_person_periods') }}
),

first_days as (
    select
        department_key,
        min(valid_from) as first_day
    from organisation_history
    group by department_key
),

-- People employed on the first day of the period, by their department of that day.
first_day_people as (
    select
        periods.period_type,
        periods.period_start,
        organisation_history.department_key,
        count(*) as first_day_headcount
    from periods
    inner join organisation_history
        on periods.period_start >= organisation_history.valid_from
            and periods.period_start < organisation_history.valid_to
    group by periods.period_type, periods.period_start, organisation_history.department_key
),

home_people as (
    select
        period_type,
        period_start,
        department_key,
        count(*) as headcount
    from person_periods
    group by period_type, period_start, department_key
),

final as (
    select
        periods.period_type,
        periods.period_start,
        departments.department_key,
        departments.department_name,
        coalesce(first_day_people.first_day_headcount, 0) as first_day_headcount,
        coalesce(home_people.headcount, 0) as headcount
    from periods
    cross join departments
    inner join first_days
        on departments.department_key = first_days.department_key
            and periods.period_end > first_days.first_day
    left join first_day_people
        on periods.period_type = first_day_people.period_type
            and periods.period_start = first_day_people.period_start
            and departments.department_key = first_day_people.department_key
    left join home_people
        on periods.period_type = home_people.period_type
            and periods.period_start = home_people.period_start
            and departments.department_key = home_people.department_key
)

select * from final

-- grain: one row per person and span, from 1900 to 2199: not yet employed, employed, or left
with employee_spans as (
    select * from {{ ref('int_employee_spans') }}
),

people as (
    select * from {{ ref('int_people') }}
),

-- Once each: two equal spans have no order, and each step below would choose one of its own.
person_spans as (
    select distinct
        people.person_token,
        employee_spans.valid_from,
        employee_spans.valid_to
    from employee_spans
    inner join people
        on employee_spans.employee_token = people.employee_token
),

marked_spans as (
    select
        person_spans.*,
        case
            when
                max(valid_to) over (
                    partition by person_token
                    order by valid_from, valid_to
                    rows between unbounded preceding and 1 preceding
                ) >= valid_from
                then 0
            else 1
        end as starts_stint
    from person_spans
),

numbered_spans as (
    select
        marked_spans.*,
        sum(starts_stint) over (
            partition by person_token
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as stint
    from marked_spans
),

stints as (
    select
        person_token,
        stint,
        min(valid_from) as employed_from,
        max(valid_to) as employed_to
    from numbered_spans
    group by person_token, stint
),

employed as (
    select
        person_token,
        employed_from as valid_from,
        employed_to as valid_to,
        'employed' as employment_state
    from stints
),

not_yet_employed as (
    select
        person_token,
        {{ date_bound('first') }} as valid_from,
        min(employed_from) as valid_to,
        'not_yet_employed' as employment_state
    from stints
    group by person_token
),

-- A break before a rehire counts as having left: nobody was employed on those days.
away as (
    select
        person_token,
        employed_to as valid_from,
        coalesce(
            lead(employed_from) over (partition by person_token order by employed_from),
            {{ date_bound('last') }}
        ) as valid_to,
        'left' as employment_state
    from stints
),

final as (
    select * from employed

    union all

    select *
    from not_yet_employed
    where valid_from < valid_to

    union all

    select *
    from away
    where valid_from < valid_to
)

select * from final

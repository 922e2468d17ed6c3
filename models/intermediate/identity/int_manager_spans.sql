-- grain: one row per person and span without a break in which somebody reports to them
with employee_spans as (
    select * from {{ ref('int_employee_spans') }}
),

people as (
    select * from {{ ref('int_people') }}
),

-- Once each: two equal spans have no order, and each step below would choose one of its own.
reports as (
    select distinct
        people.person_token,
        employee_spans.valid_from,
        employee_spans.valid_to
    from employee_spans
    inner join people
        on employee_spans.manager_token = people.employee_token
),

marked_reports as (
    select
        reports.*,
        case
            when
                max(valid_to) over (
                    partition by person_token
                    order by valid_from, valid_to
                    rows between unbounded preceding and 1 preceding
                ) >= valid_from
                then 0
            else 1
        end as starts_span
    from reports
),

numbered_reports as (
    select
        marked_reports.*,
        sum(starts_span) over (
            partition by person_token
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as span_number
    from marked_reports
),

final as (
    select
        person_token,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from numbered_reports
    group by person_token, span_number
)

select * from final

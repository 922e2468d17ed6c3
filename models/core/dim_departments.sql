-- grain: one row per department that ever had somebody employed
-- Spelling, parent and cost centre as the newest span has them.
with employee_spans as (
    select * from {{ ref('int_employee_spans') }}
),

keyed_spans as (
    select
        {{ department_key('department') }} as department_key,
        {{ department_label('department') }} as department_name,
        parent_department,
        cost_center,
        valid_from,
        employee_token
    from employee_spans
),

newest_spans as (
    select
        keyed_spans.*,
        row_number() over (
            partition by department_key
            order by valid_from desc, department_name asc, employee_token asc
        ) as newest_rank
    from keyed_spans
),

final as (
    select
        department_key,
        department_name,
        case
            when nullif(trim(parent_department), '') is not null
                then {{ department_key('parent_department') }}
        end as parent_department_key,
        cost_center
    from newest_spans
    where newest_rank = 1
)

select * from final

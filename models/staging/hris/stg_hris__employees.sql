-- grain: One row per employee id on a snapshot day, as the HRIS showed it that day.
with source as (
    select * from {{ source('hris', 'employees') }}
),

final as (
    select
        tenant,
        scope,
        day,
        employee_token,
        email_token,
        status,
        employment_type,
        department,
        parent_department,
        cost_center,
        job_function,
        location,
        manager_token,
        hired_on,
        terminated_from
    from source
)

select * from final

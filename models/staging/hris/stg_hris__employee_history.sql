-- grain: One row an effective-dated span of an employee id, as known at the last load.
with source as (
    select * from {{ source('hris', 'employee_history') }}
),

final as (
    select
        tenant,
        employee_token,
        effective_from,
        effective_to,
        status,
        department,
        parent_department,
        cost_center,
        job_function,
        location,
        manager_token
    from source
)

select * from final

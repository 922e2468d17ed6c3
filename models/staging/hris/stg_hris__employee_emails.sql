-- grain: One row per address of an employee id on a snapshot day, former and alternate ones
-- included.
with source as (
    select * from {{ source('hris', 'employee_emails') }}
),

final as (
    select
        tenant,
        scope,
        day,
        employee_token,
        email_token,
        is_primary
    from source
)

select * from final

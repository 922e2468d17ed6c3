-- grain: One row per leave span of an employee id.
with source as (
    select * from {{ source('company', 'leave') }}
),

final as (
    select
        tenant,
        employee_token,
        starts_on,
        ends_before
    from source
)

select * from final

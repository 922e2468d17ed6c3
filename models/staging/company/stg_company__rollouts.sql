-- grain: One row a planned start of a tool in a department.
with source as (
    select * from {{ source('company', 'rollouts') }}
),

final as (
    select
        tenant,
        department,
        tool,
        rollout_date
    from source
)

select * from final

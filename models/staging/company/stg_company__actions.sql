-- grain: One row a recommended action that the company has taken up.
with source as (
    select * from {{ source('company', 'actions') }}
),

final as (
    select
        tenant,
        action_id,
        action_state,
        owner,
        due_date
    from source
)

select * from final

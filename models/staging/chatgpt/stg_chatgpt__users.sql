-- grain: One row a member of the workspace roster on a snapshot day.
with source as (
    select * from {{ source('chatgpt', 'users') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        role,
        status,
        created_at
    from source
)

select * from final

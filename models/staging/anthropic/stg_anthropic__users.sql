-- grain: One row a member of the organization on a snapshot day.
with source as (
    select * from {{ source('anthropic', 'users') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        role,
        created_at,
        holds_seat
    from source
)

select * from final

-- grain: One row per seat object on a snapshot day; a user may hold several through teams.
with source as (
    select * from {{ source('github_copilot', 'seats') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        login_token,
        plan_type,
        created_at,
        pending_cancellation_date,
        last_activity_at
    from source
)

select * from final

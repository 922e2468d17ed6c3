-- grain: One row per user, UTC day and client; turns of no named client have a row of their own.
with source as (
    select * from {{ source('codex', 'user_day_clients') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        client,
        is_automated,
        turns
    from source
)

select * from final

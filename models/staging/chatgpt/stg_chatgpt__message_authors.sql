-- grain: one row a version of a message: who wrote it, nothing else
-- The list of accounts does not need the newest version; choosing it costs a pass over all rows.
with source as (
    select * from {{ source('chatgpt', 'conversation_messages') }}
),

final as (
    select
        event_token,
        message_date,
        actor_type,
        user_token,
        email_token
    from source
)

select * from final

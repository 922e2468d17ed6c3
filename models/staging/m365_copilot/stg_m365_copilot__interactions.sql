-- grain: One row per interaction (prompt or answer) of a user.
with source as (
    select * from {{ source('m365_copilot', 'interactions') }}
),

final as (
    select
        tenant,
        interaction_token,
        session_token,
        request_token,
        user_token,
        interaction_type,
        app,
        conversation_type,
        created_at,
        created_date,
        prompt_chars,
        has_attachments
    from source
)

select * from final

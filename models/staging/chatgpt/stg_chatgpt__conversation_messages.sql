-- grain: one row per workspace, message and UTC day: the newest version of the message within that day
-- A filter on message_date reaches the raw table, because the choice is made within the day.
with newest as (
    {{ newest_version(
        relation=source('chatgpt', 'conversation_messages'),
        key=['message_date', 'tenant', 'message_token'],
        version='event_token',
        newest_first=['event_at desc', 'event_token desc']
    ) }}
),

final as (
    select
        tenant,
        event_token,
        message_token,
        conversation_token,
        user_token,
        email_token,
        actor_type,
        author_type,
        is_injected,
        event_at,
        message_at,
        message_date,
        client_type,
        model,
        prompt_chars,
        used_search,
        used_code,
        used_images,
        used_files,
        used_gpt,
        used_project,
        used_other_tool
    from newest
)

select * from final

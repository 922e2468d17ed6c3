-- grain: one row per event of one file day as the gate lands it: ids still in clear, `copy` 1 (sent again) merged
select
    accounts.number,
    'evt-' || hex_id(message_key, case when copy = 2 then 'edit' else 'event' end) as event_id,
    'msg-' || hex_id(message_key, 'message') as message_id,
    'conv-' || hex_id(conversation, 'conversation') as conversation_id,
    tokens.user_token,
    tokens.email_token,
    'account_user' as actor_type,
    case when part > 0 then 'assistant' else 'user' end as author_type,
    part = -1 as is_injected,
    make_timestamp(event_at * 1000) as event_at,
    make_timestamp(case when has_created_at then message_at else event_at end * 1000) as message_at,
    make_timestamp(case when has_created_at then message_at else event_at end * 1000)::date as message_date,
    client_type,
    model,
    case
        when part = 0 then plain_chars + case when has_escapes then getvariable('escaped_chars') else 0 end
    end::bigint as prompt_chars,
    coalesce(tool_used = 'browser', false) as used_search,
    coalesce(tool_used = 'python', false) as used_code,
    coalesce(tool_used = 'image_gen', false) as used_images,
    has_file or coalesce(tool_used = 'file_search', false) as used_files,
    uses_gpt as used_gpt,
    uses_project as used_project,
    false as used_other_tool
from message_events
inner join accounts using (number)
inner join account_tokens as tokens using (number)
where file_day = getvariable('file_day')::date and copy <> 1
order by delivered_at, message_key, copy;

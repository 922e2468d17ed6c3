-- grain: one row per event of one file day, in order of delivery; `line` is the vendor's JSON and its line end
select
    '{"event_id": "evt-' || hex_id(message_key, case when copy = 2 then 'edit' else 'event' end)
    || '", "type": "CONVERSATION_MESSAGE", "timestamp": "' || written_moment(event_at)
    || '", "principal": {"id": "' || getvariable('workspace') || '", "type": "CHATGPT_WORKSPACE"}'
    || ', "actor": {"type": "ACCOUNT_USER", "user_id": "' || accounts.account
    || '", "user_email": "' || accounts.email || '"}'
    || case
        when part > 0 then ', "previous_message_id": "msg-' || hex_id(message_key - 1, 'message') || '"'
        else ''
    end
    || ', "message": {"id": "msg-' || hex_id(message_key, 'message') || '"'
    || case when has_created_at then ', "created_at": "' || written_moment(message_at) || '"' else '' end
    || case
        when part > 0
            then
                ', "author": {"type": "assistant", "model": "' || model || '"'
                || case when tool_used is null then '' else ', "tools_used": ["' || tool_used || '"]' end || '}'
        else ', "author": {"type": "user", "client_type": "' || client_type || '"}'
    end
    || ', "content": {"type": "' || case when part = -1 then 'user_instructions' else 'text' end
    || '", "value": "' || substring(getvariable('words'), 1 + (message_key % 5000)::integer, plain_chars)
    || case when has_escapes then getvariable('escaped') else '' end || '"}'
    || case when has_file then ', "files": [{"id": "file-1", "name": "workload.pdf"}]' else '' end
    || '}, "conversation": {"id": "conv-' || hex_id(conversation, 'conversation')
    || '", "title": "A conversation of the workload", "created_at": "' || written_moment(message_at)
    || '", "is_pinned": false, "is_temporary_chat": false'
    || case when uses_gpt then ', "gpt_id": "g-' || accounts.number % 40 || '", "gpt_name": "A helper"' else '' end
    || case when uses_project then ', "project_id": "g-p-' || accounts.number || '", "project_name": "A plan"' else '' end
    || E'}}\n' as line
from message_events
inner join accounts using (number)
where file_day = getvariable('file_day')::date
order by delivered_at, message_key, copy;

-- grain: one row per account, session, day, conversation, surface and model: the one pass over messages
-- Features are bits of one number; conversations are hashes; strings that are compared stay within 12 bytes.
create or replace table parts as
with stale_versions as (
    select message_date, event_token
    from warehouse.raw_chatgpt.conversation_messages as messages
    semi join (
        select message_date, hash(message_token) as message
        from warehouse.raw_chatgpt.conversation_messages
        group by all
        having count(*) > 1
    ) as repeated
        on messages.message_date = repeated.message_date and hash(messages.message_token) = repeated.message
    qualify row_number() over (
        partition by message_date, message_token order by event_at desc, event_token desc
    ) > 1
),

messages as (
    select
        hash(coalesce(messages.conversation_token, messages.user_token)) as conversation,
        accounts.account_key,
        messages.author_type = 'user' as is_user,
        messages.message_at,
        substring(messages.message_token, 1, 12) as tie_break,
        case when messages.author_type = 'user' then messages.client_type end as surface,
        messages.model,
        messages.prompt_chars,
        messages.used_search::utinyint + messages.used_code::utinyint * 2 + messages.used_images::utinyint * 4
        + messages.used_files::utinyint * 8 + messages.used_gpt::utinyint * 16
        + messages.used_project::utinyint * 32 + messages.used_other_tool::utinyint * 64 as features
    from warehouse.raw_chatgpt.conversation_messages as messages
    anti join stale_versions
        on messages.message_date = stale_versions.message_date and messages.event_token = stale_versions.event_token
    inner join accounts on coalesce(messages.user_token, messages.email_token) = accounts.id_token
    where messages.author_type = 'assistant' or not messages.is_injected
),

ordered as (
    select
        *,
        max(case when is_user then message_at end) over in_conversation as prompted_at,
        count(case when is_user then 1 end) over in_conversation as turn,
        lead(is_user) over in_conversation as is_next_user,
        lead(message_at) over in_conversation as next_at
    from messages
    window in_conversation as (partition by conversation order by message_at, is_user desc, tie_break)
),

-- An answer more than a day after its prompt stands alone.
answered as (
    select
        *,
        coalesce(message_at <= prompted_at + interval 24 hour, false) as is_turn,
        case when message_at <= prompted_at + interval 24 hour then prompted_at else message_at end as event_at,
        not is_user
        and (coalesce(is_next_user, true) or next_at > prompted_at + interval 24 hour) as names_model
    from ordered
),

turns as (
    select
        conversation,
        turn,
        is_turn,
        event_at,
        coalesce(max(case when is_user then account_key end), max(account_key)) as account_key,
        max(surface) as surface,
        max(case when names_model then model end) as model,
        count(case when is_user then 1 end) as user_messages,
        count(case when not is_user then 1 end) as assistant_messages,
        max(prompt_chars) as prompt_chars,
        bit_or(features) as features
    from answered
    group by all
),

starts as (
    select
        *,
        is_turn and coalesce(
            event_at > lag(event_at) over of_account + interval 30 minute, true
        ) as is_session_start
    from turns
    window of_account as (partition by account_key, is_turn order by event_at, conversation, turn)
),

sessions as (
    select
        *,
        max(case when is_session_start then event_at end) over (
            partition by account_key, is_turn order by event_at, conversation, turn rows unbounded preceding
        ) as started_at
    from starts
)

select
    account_key,
    started_at,
    event_at::date as activity_date,
    conversation,
    surface,
    model,
    count(case when is_session_start then 1 end) as sessions,
    sum(user_messages)::bigint as user_messages,
    sum(assistant_messages)::bigint as assistant_messages,
    sum(prompt_chars)::bigint as prompt_chars,
    count(prompt_chars) as measured_messages,
    count(case when prompt_chars < 50 then 1 end) as short_messages,
    count(case when prompt_chars between 50 and 200 then 1 end) as medium_messages,
    count(case when prompt_chars > 200 then 1 end) as long_messages,
    max(event_at) as last_event_at,
    bit_or(features) as features
from sessions
group by all;

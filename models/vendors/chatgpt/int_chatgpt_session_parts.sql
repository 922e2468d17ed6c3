-- grain: one row per account, session, day, surface and model: the one pass over ChatGPT messages
{%- set resources = ['chatgpt.conversation_messages'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}
{%- set in_conversation = "partition by conversation
            order by message_at, is_user desc, message_token" %}
{%- set answer_until = add_time('hour', 24, 'prompted_at') %}

{% call(days) in_day_ranges('chatgpt.conversation_messages', 'message_date') %}
with messages as (
    -- An injected instruction is nobody's message: it neither counts nor begins a turn.
    -- Ids of conversations are the vendor's own and unique over all workspaces, those of users are not.
    select
        message_token,
        coalesce(
            conversation_token, tenant || '/' || coalesce(user_token, 'unidentified')
        ) as conversation,
        {{ chatgpt_account_namespace('actor_type') }} as account_namespace,
        {{ chatgpt_account_token() }} as account_token,
        author_type = 'user' as is_user,
        message_at,
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
    from {{ ref('stg_chatgpt__conversation_messages') }}
    where
        (author_type = 'assistant' or not coalesce(is_injected, false))
        {%- if is_incremental() or days %}
        and {{ built_days_filter('message_date', days, resources, 2, utc_days=true) }}
        {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'chatgpt'
),

account_messages as (
    select
        messages.*,
        accounts.account_key,
        accounts.namespace in ('vendor-user/chatgpt', 'person-email') as is_user_account
    from messages
    left join accounts
        on
            messages.account_token = accounts.id_token
            and messages.account_namespace = accounts.namespace
),

ordered_messages as (
    select
        *,
        sum(case when is_user then 1 else 0 end) over (
            {{ in_conversation }}
            rows between unbounded preceding and current row
        ) as turn_number,
        max(case when is_user then message_at end) over (
            {{ in_conversation }}
            rows between unbounded preceding and current row
        ) as prompted_at,
        lead(is_user) over ({{ in_conversation }}) as is_next_user,
        lead(message_at) over ({{ in_conversation }}) as next_message_at
    from account_messages
),

turn_messages as (
    -- What is written more than a day after the prompt is no answer to it (a scheduled task writes
    -- on its own), and a rebuilt day could not see that prompt: it stands alone on its own day.
    select
        *,
        coalesce(message_at <= {{ answer_until }}, false) as is_turn,
        case
            when message_at <= {{ answer_until }} then prompted_at else message_at
        end as event_at,
        coalesce(is_next_user, true) or next_message_at > {{ answer_until }} as is_last_of_turn
    from ordered_messages
),

turns as (
    select
        conversation,
        turn_number,
        is_turn,
        event_at,
        coalesce(
            max(case when is_user then account_key end), max(account_key)
        ) as account_key,
        {{ dbt.bool_or('is_user_account') }} as is_of_user,
        max(case when is_user then client_type end) as surface,
        max(case when is_last_of_turn and not is_user then model end) as model,
        sum(case when is_user then 1 else 0 end) as user_messages,
        sum(case when is_user then 0 else 1 end) as assistant_messages,
        max(case when is_user then prompt_chars end) as prompt_chars,
        {{ dbt.bool_or('used_search') }} as used_search,
        {{ dbt.bool_or('used_code') }} as used_code,
        {{ dbt.bool_or('used_images') }} as used_images,
        {{ dbt.bool_or('used_files') }} as used_files,
        {{ dbt.bool_or('used_gpt') }} as used_gpt,
        {{ dbt.bool_or('used_project') }} as used_project,
        {{ dbt.bool_or('used_other_tool') }} as used_other_tool
    from turn_messages
    group by conversation, turn_number, is_turn, event_at
),

events as (
    select
        account_key,
        event_at,
        turn_number as tie_break,
        conversation,
        surface,
        model,
        user_messages,
        assistant_messages,
        prompt_chars,
        used_search,
        used_code,
        used_images,
        used_files,
        used_gpt,
        used_project,
        used_other_tool as used_other,
        coalesce(is_turn and is_of_user, false) as is_in_session
    from turns
),

{{ session_parts('chatgpt', chatgpt_features()) }},

final as (
    select
        {{ session_part_names() | join(',\n        ') }},
        {%- for feature in chatgpt_features() %}
        used_{{ feature }},
        {%- endfor %}
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from parts
    {%- if is_incremental() or days %}
    where {{ built_days_filter('activity_date', days, resources, 1) }}
    {%- endif %}
)

select * from final
{% endcall %}

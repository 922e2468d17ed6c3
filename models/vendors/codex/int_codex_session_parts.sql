-- grain: one row per account, session, day, client and model: the one pass over the log of Codex
-- Only days whose files were read: of a day before them the log holds stragglers, and the analytics count it.
{%- set resources = ['codex.log_events'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}
{%- set in_conversation = "partition by account_key, conversation
            order by message_at, is_user desc, event_token
            rows between unbounded preceding and current row" %}
{%- set answer_until = add_time('hour', 24, 'prompted_at') %}

{% call(days) in_day_ranges('codex.log_events', 'message_date') %}
with log_days as (
    {{ codex_days_of('log_files/CODEX_LOG') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'codex'
),

-- What a program asks is no message of a person.
messages as (
    select
        accounts.account_key,
        log_events.event_token,
        coalesce(log_events.session_token, accounts.id_token) as conversation,
        log_events.author_type = 'user' as is_user,
        log_events.message_at,
        log_events.client,
        log_events.model,
        log_events.prompt_chars
    from {{ ref('stg_codex__log_events') }} as log_events
    inner join log_days
        on
            log_events.tenant = log_days.tenant
            and log_events.message_date = log_days.day
    inner join accounts
        on
            {{ codex_account_token('log_events', 'log_events.actor_type') }} = accounts.id_token
    where
        not log_events.is_automated
        {%- if is_incremental() or days %}
        and {{ built_days_filter('log_events.message_date', days, resources, 2, utc_days=true) }}
        {%- endif %}
),

ordered_messages as (
    select
        *,
        sum(case when is_user then 1 else 0 end) over ({{ in_conversation }}) as turn_number,
        max(case when is_user then message_at end) over ({{ in_conversation }}) as prompted_at
    from messages
),

-- What comes more than a day after its prompt stands alone: a rebuilt day could not see that prompt.
turn_messages as (
    select
        *,
        coalesce(message_at <= {{ answer_until }}, false) as is_turn,
        case when message_at <= {{ answer_until }} then prompted_at else message_at end as event_at
    from ordered_messages
),

ranked_messages as (
    select
        *,
        row_number() over (
            partition by account_key, conversation, turn_number, is_turn, event_at
            order by message_at desc, is_user, event_token desc
        ) as rank_from_end
    from turn_messages
),

-- The last answer names the model of a turn; without one, the prompt does.
events as (
    select
        account_key,
        event_at,
        turn_number as tie_break,
        conversation,
        coalesce(max(case when is_user then client end), max(client)) as surface,
        coalesce(
            max(case when not is_user and rank_from_end = 1 then model end),
            max(case when is_user then model end)
        ) as model,
        sum(case when is_user then 1 else 0 end) as user_messages,
        sum(case when is_user then 0 else 1 end) as assistant_messages,
        max(prompt_chars) as prompt_chars,
        cast(null as {{ dbt.type_boolean() }}) as used_feature,
        is_turn as is_in_session
    from ranked_messages
    group by account_key, conversation, turn_number, is_turn, event_at
),

{{ session_parts('codex', ['feature']) }},

final as (
    select
        {{ session_part_names() | join(',\n        ') }},
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from parts
    {%- if is_incremental() or days %}
    where {{ built_days_filter('activity_date', days, resources, 1) }}
    {%- endif %}
)

select * from final
{% endcall %}

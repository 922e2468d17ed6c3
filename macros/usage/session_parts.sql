{#-
    The CTEs that put events into sessions and add them up; the one place of the session rule.

    A session is a run of user messages of one account in one tool, across conversations, in which
    no gap is longer than `session_gap_minutes` (a gap of exactly that length continues). It
    belongs to the day it starts and is never cut at midnight; its key is its account and its start.

    Reads the CTE `events`, one row per user message (with its answers) or a message outside sessions:
        account_key, event_at (naive UTC), conversation, tie_break (orders events of one
        instant within a conversation),
        surface, model, user_messages, assistant_messages, prompt_chars,
        used_<feature> of each of `features`,
        is_in_session (false: counted on its own day, in no session)
    Gives the CTE `parts`: one row per account, session, day, surface and model. Every measure adds
    up over parts: `sessions` is 1 on the part that holds the session's first message,
    `conversations` is counted on the first part of each conversation.

    features: those that the tool tells of, each a column `used_<feature>` of the parts
    usage: {{ session_parts('chatgpt', ['search', 'files']) }}  after the comma of the last CTE
-#}
{% macro session_parts(tool, features) -%}
{%- set told = {} -%}
{%- for feature in features -%}
    {%- do told.update({feature: dbt.bool_or('used_' ~ feature)}) -%}
{%- endfor -%}
{%- set in_order = "partition by account_key, is_in_session
            order by event_at, conversation, tie_break" -%}
gaps as (
    select
        *,
        lag(event_at) over ({{ in_order }}) as previous_event_at
    from events
),

starts as (
    select
        *,
        is_in_session and (
            previous_event_at is null
            or event_at > {{
                add_time('minute', var('session_gap_minutes'), 'previous_event_at')
            }}
        ) as is_session_start
    from gaps
),

session_events as (
    select
        *,
        {{ reporting_date('event_at') }} as activity_date,
        max(case when is_session_start then event_at end) over (
            {{ in_order }}
            rows between unbounded preceding and current row
        ) as session_started_at
    from starts
),

conversation_parts as (
    select
        account_key,
        session_started_at,
        activity_date,
        conversation,
        surface,
        model,
        {{ total('case when is_session_start then 1 else 0 end') }} as sessions,
        {{ total('user_messages') }} as user_messages,
        {{ total('assistant_messages') }} as assistant_messages,
        {{ prompt_length_measures() }},
        min(event_at) as first_event_at,
        max(event_at) as last_event_at
        {%- for feature in features %},
        {{ told[feature] }} as used_{{ feature }}
        {%- endfor %}
    from session_events
    group by account_key, session_started_at, activity_date, conversation, surface, model
),

counted_parts as (
    select
        *,
        case
            when
                session_started_at is not null
                and row_number() over (
                    partition by account_key, session_started_at, conversation
                    order by first_event_at, coalesce(surface, ''), coalesce(model, '')
                ) = 1
                then 1
            else 0
        end as conversations
    from conversation_parts
),

parts as (
    select
        account_key,
        '{{ tool }}' as tool,
        {{ session_key('account_key', 'session_started_at') }} as session_key,
        session_started_at,
        {{ reporting_date('session_started_at') }} as session_date,
        surface,
        model,
        {{ total('sessions') }} as sessions,
        {{ total('user_messages') }} as user_messages,
        {{ total('assistant_messages') }} as assistant_messages,
        {{ total('conversations') }} as conversations,
        {{ total('prompt_chars') }} as prompt_chars,
        {{ total('measured_messages') }} as measured_messages,
        {{ total('short_messages') }} as short_messages,
        {{ total('medium_messages') }} as medium_messages,
        {{ total('long_messages') }} as long_messages,
        max(last_event_at) as last_event_at,
        {%- for feature in features %}
        {{ told[feature] }} as used_{{ feature }},
        {%- endfor %}
        {{ dbt.bool_or('coalesce(used_' ~ features | join(', used_') ~ ') is not null') }} as reports_features,
        activity_date
    from counted_parts
    group by account_key, session_started_at, surface, model, activity_date
)
{%- endmacro %}


{#- The columns of a session part in order, but for `loaded_through`, features and `activity_date`. -#}
{% macro session_part_names() -%}
    {{ return([
        'account_key', 'tool', 'session_key', 'session_started_at', 'session_date', 'surface', 'model',
        'sessions', 'user_messages', 'assistant_messages', 'conversations', 'prompt_chars',
        'measured_messages', 'short_messages', 'medium_messages', 'long_messages', 'last_event_at',
        'reports_features',
    ]) }}
{%- endmacro %}

-- grain: One row per account, session, day, surface and model. Of tools that give single messages;
-- every measure adds up over parts.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'chatgpt' as source,
    account_key,
    tool,
    session_key,
    session_started_at,
    session_date,
    surface,
    model,
    sessions,
    user_messages,
    turns,
    assistant_messages,
    conversations,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    last_event_at,
    reports_features,
    activity_date
from {{ ref('chatgpt__session_parts') }}

union all

select
    'codex' as source,
    account_key,
    tool,
    session_key,
    session_started_at,
    session_date,
    surface,
    model,
    sessions,
    user_messages,
    turns,
    assistant_messages,
    conversations,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    last_event_at,
    reports_features,
    activity_date
from {{ ref('codex__session_parts') }}

union all

select
    'gemini' as source,
    account_key,
    tool,
    session_key,
    session_started_at,
    session_date,
    surface,
    model,
    sessions,
    user_messages,
    turns,
    assistant_messages,
    conversations,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    last_event_at,
    reports_features,
    activity_date
from {{ ref('gemini__session_parts') }}

union all

select
    'm365_copilot' as source,
    account_key,
    tool,
    session_key,
    session_started_at,
    session_date,
    surface,
    model,
    sessions,
    user_messages,
    turns,
    assistant_messages,
    conversations,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    last_event_at,
    reports_features,
    activity_date
from {{ ref('m365_copilot__session_parts') }}

union all

select
    'otel' as source,
    account_key,
    tool,
    session_key,
    session_started_at,
    session_date,
    surface,
    model,
    sessions,
    user_messages,
    turns,
    assistant_messages,
    conversations,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    last_event_at,
    reports_features,
    activity_date
from {{ ref('otel__session_parts') }}

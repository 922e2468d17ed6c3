-- grain: One row per account, tool and day of activity. Of tools that report days, not single
-- messages.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref('anthropic__usage_days') }}

union all

select
    'codex' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref('codex__usage_days') }}

union all

select
    'cursor' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref('cursor__usage_days') }}

union all

select
    'github_copilot' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref('github_copilot__usage_days') }}

union all

select
    'm365_copilot' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref('m365_copilot__usage_days') }}

union all

select
    'otel' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref('otel__usage_days') }}

-- grain: One row per account, tool, feature and day on which the feature was used.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref('anthropic__feature_days') }}

union all

select
    'chatgpt' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref('chatgpt__feature_days') }}

union all

select
    'cursor' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref('cursor__feature_days') }}

union all

select
    'gemini' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref('gemini__feature_days') }}

union all

select
    'github_copilot' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref('github_copilot__feature_days') }}

union all

select
    'm365_copilot' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref('m365_copilot__feature_days') }}

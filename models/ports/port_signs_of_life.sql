-- grain: Several rows per account, tool of the seat and day: a sign that the seat is not idle,
-- besides activity itself.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    account_key,
    tool,
    is_use,
    activity_date
from {{ ref('anthropic__signs_of_life') }}

union all

select
    'chatgpt' as source,
    account_key,
    tool,
    is_use,
    activity_date
from {{ ref('chatgpt__signs_of_life') }}

union all

select
    'cursor' as source,
    account_key,
    tool,
    is_use,
    activity_date
from {{ ref('cursor__signs_of_life') }}

union all

select
    'github_copilot' as source,
    account_key,
    tool,
    is_use,
    activity_date
from {{ ref('github_copilot__signs_of_life') }}

union all

select
    'm365_copilot' as source,
    account_key,
    tool,
    is_use,
    activity_date
from {{ ref('m365_copilot__signs_of_life') }}

-- grain: One row per account, tenant, product and day on which the account holds a seat.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    account_key,
    tenant,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref('anthropic__seat_days') }}

union all

select
    'chatgpt' as source,
    account_key,
    tenant,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref('chatgpt__seat_days') }}

union all

select
    'cursor' as source,
    account_key,
    tenant,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref('cursor__seat_days') }}

union all

select
    'github_copilot' as source,
    account_key,
    tenant,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref('github_copilot__seat_days') }}

union all

select
    'm365_copilot' as source,
    account_key,
    tenant,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref('m365_copilot__seat_days') }}

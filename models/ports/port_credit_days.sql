-- grain: Several rows per account, tool, spelling of a model, kind of credit and UTC day, to be
-- added up: all credits used, whatever part of them the contract includes.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'chatgpt' as source,
    account_key,
    tool,
    model,
    unit,
    credits,
    usage_date
from {{ ref('chatgpt__credit_days') }}

union all

select
    'codex' as source,
    account_key,
    tool,
    model,
    unit,
    credits,
    usage_date
from {{ ref('codex__credit_days') }}

union all

select
    'github_copilot' as source,
    account_key,
    tool,
    model,
    unit,
    credits,
    usage_date
from {{ ref('github_copilot__credit_days') }}

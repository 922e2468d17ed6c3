-- grain: Several rows per account (or none), tool, spelling of a model, cost basis, currency and
-- UTC day, to be added up: money that the vendor states.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('anthropic__cost_lines') }}

union all

select
    'chatgpt' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('chatgpt__cost_lines') }}

union all

select
    'codex' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('codex__cost_lines') }}

union all

select
    'cursor' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('cursor__cost_lines') }}

union all

select
    'github_copilot' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('github_copilot__cost_lines') }}

union all

select
    'openai_api' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('openai_api__cost_lines') }}

union all

select
    'otel' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref('otel__cost_lines') }}

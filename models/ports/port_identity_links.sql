-- grain: One row per identifier, another identifier seen beside it, way of seeing it and month.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'company' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_company__identity_links') }}

union all

select
    'anthropic' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_anthropic__identity_links') }}

union all

select
    'chatgpt' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_chatgpt__identity_links') }}

union all

select
    'codex' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_codex__identity_links') }}

union all

select
    'cursor' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_cursor__identity_links') }}

union all

select
    'gemini' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_gemini__identity_links') }}

union all

select
    'github_copilot' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_github_copilot__identity_links') }}

union all

select
    'm365_copilot' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_m365_copilot__identity_links') }}

union all

select
    'openai_api' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_openai_api__identity_links') }}

union all

select
    'otel' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_otel__identity_links') }}

-- grain: One row per identifier of an account that a source has seen, and day on which it was seen;
-- rows may repeat.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
select
    'anthropic' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('anthropic__accounts') }}

union all

select
    'chatgpt' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('chatgpt__accounts') }}

union all

select
    'codex' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('codex__accounts') }}

union all

select
    'cursor' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('cursor__accounts') }}

union all

select
    'gemini' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('gemini__accounts') }}

union all

select
    'github_copilot' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('github_copilot__accounts') }}

union all

select
    'm365_copilot' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('m365_copilot__accounts') }}

union all

select
    'openai_api' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('openai_api__accounts') }}

union all

select
    'otel' as source,
    namespace,
    id_token,
    seen_on
from {{ ref('otel__accounts') }}

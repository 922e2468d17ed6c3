-- grain: one row per raw table whose rows belong to no day: how many it holds
select
    'model_prices' as source,
    'price_book' as resource,
    count(*) as row_count
from {{ ref('stg_model_prices__price_book') }}

union all

select
    'chatgpt' as source,
    'identity_links' as resource,
    count(*) as row_count
from {{ ref('stg_chatgpt__identity_links') }}

union all

select
    'github_copilot' as source,
    'identity_links' as resource,
    count(*) as row_count
from {{ ref('stg_github_copilot__identity_links') }}

union all

select
    'm365_copilot' as source,
    'identity_links' as resource,
    count(*) as row_count
from {{ ref('stg_m365_copilot__identity_links') }}

union all

select
    'company' as source,
    'identity_links' as resource,
    count(*) as row_count
from {{ ref('stg_company__identity_links') }}

-- grain: one row per raw table whose rows belong to no day: how many it holds; none of a source never connected
select
    'model_prices' as source,
    'price_book' as resource,
    count(*) as row_count
from {{ ref('stg_model_prices__price_book') }}
{%- for source in used_sources('identity_links') %}

union all

select
    '{{ source }}' as source,
    'identity_links' as resource,
    count(*) as row_count
from {{ ref('stg_' ~ source ~ '__identity_links') }}
{%- endfor %}

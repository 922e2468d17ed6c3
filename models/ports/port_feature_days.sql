-- grain: One row per account, tool, feature and day on which the feature was used.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('feature_days') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    feature,
    activity_date
from {{ ref(source ~ '__feature_days') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('string') }}) as feature,
    cast(null as {{ port_type('date') }}) as activity_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

-- grain: One row per identifier, another identifier seen beside it, way of seeing it and month.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('identity_links') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    namespace,
    id_token,
    target_namespace,
    target_token,
    method,
    observed_month,
    observed_on
from {{ ref('stg_' ~ source ~ '__identity_links') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('string') }}) as namespace,
    cast(null as {{ port_type('string') }}) as id_token,
    cast(null as {{ port_type('string') }}) as target_namespace,
    cast(null as {{ port_type('string') }}) as target_token,
    cast(null as {{ port_type('string') }}) as method,
    cast(null as {{ port_type('date') }}) as observed_month,
    cast(null as {{ port_type('date') }}) as observed_on
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

-- grain: One row per identifier of an account that a source has seen, and day on which it was seen;
-- rows may repeat.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('accounts') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    namespace,
    id_token,
    seen_on
from {{ ref(source ~ '__accounts') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('string') }}) as namespace,
    cast(null as {{ port_type('string') }}) as id_token,
    cast(null as {{ port_type('date') }}) as seen_on
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

-- grain: Several rows per account (or none), tool, spelling of a model, cost basis, currency and
-- UTC day, to be added up: money that the vendor states.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('cost_lines') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    model,
    cost_basis,
    vendor_cost,
    vendor_currency,
    is_allocated,
    is_unallocated,
    usage_date
from {{ ref(source ~ '__cost_lines') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('string') }}) as model,
    cast(null as {{ port_type('string') }}) as cost_basis,
    cast(null as {{ port_type('money') }}) as vendor_cost,
    cast(null as {{ port_type('string') }}) as vendor_currency,
    cast(null as {{ port_type('boolean') }}) as is_allocated,
    cast(null as {{ port_type('boolean') }}) as is_unallocated,
    cast(null as {{ port_type('date') }}) as usage_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

-- grain: One row per account, tenant, product and day on which the account holds a seat.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('seat_days') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tenant,
    product,
    tool,
    plan,
    assigned_at,
    is_carried,
    seat_date
from {{ ref(source ~ '__seat_days') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tenant,
    cast(null as {{ port_type('string') }}) as product,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('string') }}) as plan,
    cast(null as {{ port_type('timestamp') }}) as assigned_at,
    cast(null as {{ port_type('boolean') }}) as is_carried,
    cast(null as {{ port_type('date') }}) as seat_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

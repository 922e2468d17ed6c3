-- grain: Several rows per account, tool, spelling of a model, kind of credit and UTC day, to be
-- added up: all credits used, whatever part of them the contract includes.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('credit_days') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    model,
    unit,
    credits,
    usage_date
from {{ ref(source ~ '__credit_days') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('string') }}) as model,
    cast(null as {{ port_type('string') }}) as unit,
    cast(null as {{ port_type('money') }}) as credits,
    cast(null as {{ port_type('date') }}) as usage_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

-- grain: Several rows per account, tool of the seat and day: a sign that the seat is not idle,
-- besides activity itself.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('signs_of_life') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    is_use,
    activity_date
from {{ ref(source ~ '__signs_of_life') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('boolean') }}) as is_use,
    cast(null as {{ port_type('date') }}) as activity_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

-- grain: One row per account, session, day, surface and model. Of tools that give single messages;
-- every measure adds up over parts.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('session_parts') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    session_key,
    session_started_at,
    session_date,
    surface,
    model,
    sessions,
    user_messages,
    turns,
    assistant_messages,
    conversations,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    last_event_at,
    reports_features,
    activity_date
from {{ ref(source ~ '__session_parts') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('bigint') }}) as session_key,
    cast(null as {{ port_type('timestamp') }}) as session_started_at,
    cast(null as {{ port_type('date') }}) as session_date,
    cast(null as {{ port_type('string') }}) as surface,
    cast(null as {{ port_type('string') }}) as model,
    cast(null as {{ port_type('bigint') }}) as sessions,
    cast(null as {{ port_type('bigint') }}) as user_messages,
    cast(null as {{ port_type('bigint') }}) as turns,
    cast(null as {{ port_type('bigint') }}) as assistant_messages,
    cast(null as {{ port_type('bigint') }}) as conversations,
    cast(null as {{ port_type('bigint') }}) as prompt_chars,
    cast(null as {{ port_type('bigint') }}) as measured_messages,
    cast(null as {{ port_type('bigint') }}) as short_messages,
    cast(null as {{ port_type('bigint') }}) as medium_messages,
    cast(null as {{ port_type('bigint') }}) as long_messages,
    cast(null as {{ port_type('timestamp') }}) as last_event_at,
    cast(null as {{ port_type('boolean') }}) as reports_features,
    cast(null as {{ port_type('date') }}) as activity_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

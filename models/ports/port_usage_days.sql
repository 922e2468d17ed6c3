-- grain: One row per account, tool and day of activity. Of tools that report days, not single
-- messages.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('usage_days') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    user_messages,
    assistant_messages,
    sessions,
    prompt_chars,
    measured_messages,
    short_messages,
    medium_messages,
    long_messages,
    lines_suggested,
    lines_accepted,
    suggestions_shown,
    suggestions_accepted,
    reports_features,
    is_active,
    date_basis,
    activity_date
from {{ ref(source ~ '__usage_days') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('bigint') }}) as user_messages,
    cast(null as {{ port_type('bigint') }}) as assistant_messages,
    cast(null as {{ port_type('bigint') }}) as sessions,
    cast(null as {{ port_type('bigint') }}) as prompt_chars,
    cast(null as {{ port_type('bigint') }}) as measured_messages,
    cast(null as {{ port_type('bigint') }}) as short_messages,
    cast(null as {{ port_type('bigint') }}) as medium_messages,
    cast(null as {{ port_type('bigint') }}) as long_messages,
    cast(null as {{ port_type('bigint') }}) as lines_suggested,
    cast(null as {{ port_type('bigint') }}) as lines_accepted,
    cast(null as {{ port_type('bigint') }}) as suggestions_shown,
    cast(null as {{ port_type('bigint') }}) as suggestions_accepted,
    cast(null as {{ port_type('boolean') }}) as reports_features,
    cast(null as {{ port_type('boolean') }}) as is_active,
    cast(null as {{ port_type('string') }}) as date_basis,
    cast(null as {{ port_type('date') }}) as activity_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

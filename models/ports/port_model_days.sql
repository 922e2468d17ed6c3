-- grain: Several rows per account, tool, surface, spelling of a model and day, to be added up.
-- Tokens are in disjoint buckets that add up to the vendor's total.
-- Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`.
{%- set sources = used_sources('model_days') %}
{%- for source in sources %}
select
    '{{ source }}' as source,
    account_key,
    tool,
    surface,
    model,
    user_messages,
    interactions,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unsplit_tokens,
    list_text_input_tokens,
    list_text_cached_input_tokens,
    list_text_output_tokens,
    list_audio_input_tokens,
    list_audio_cached_input_tokens,
    list_audio_output_tokens,
    list_image_input_tokens,
    list_image_cached_input_tokens,
    list_image_output_tokens,
    activity_date
from {{ ref(source ~ '__model_days') }}
{{- '\n\nunion all\n' if not loop.last }}
{%- endfor %}
{%- if not sources %}
select
    cast(null as {{ port_type('string') }}) as source,
    cast(null as {{ port_type('integer') }}) as account_key,
    cast(null as {{ port_type('string') }}) as tool,
    cast(null as {{ port_type('string') }}) as surface,
    cast(null as {{ port_type('string') }}) as model,
    cast(null as {{ port_type('bigint') }}) as user_messages,
    cast(null as {{ port_type('bigint') }}) as interactions,
    cast(null as {{ port_type('bigint') }}) as input_tokens,
    cast(null as {{ port_type('bigint') }}) as cached_input_tokens,
    cast(null as {{ port_type('bigint') }}) as cache_write_tokens,
    cast(null as {{ port_type('bigint') }}) as output_tokens,
    cast(null as {{ port_type('bigint') }}) as reasoning_tokens,
    cast(null as {{ port_type('bigint') }}) as unsplit_tokens,
    cast(null as {{ port_type('bigint') }}) as list_text_input_tokens,
    cast(null as {{ port_type('bigint') }}) as list_text_cached_input_tokens,
    cast(null as {{ port_type('bigint') }}) as list_text_output_tokens,
    cast(null as {{ port_type('bigint') }}) as list_audio_input_tokens,
    cast(null as {{ port_type('bigint') }}) as list_audio_cached_input_tokens,
    cast(null as {{ port_type('bigint') }}) as list_audio_output_tokens,
    cast(null as {{ port_type('bigint') }}) as list_image_input_tokens,
    cast(null as {{ port_type('bigint') }}) as list_image_cached_input_tokens,
    cast(null as {{ port_type('bigint') }}) as list_image_output_tokens,
    cast(null as {{ port_type('date') }}) as activity_date
from (select 1 as n) as nothing
where 1 = 0
{%- endif %}

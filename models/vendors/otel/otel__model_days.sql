-- grain: several rows per account, tool, model and day: tokens of requests, or else of metrics
{{ config(materialized='ephemeral') }}
{%- set buckets = ['input', 'cached_input', 'cache_write', 'output', 'reasoning', 'unsplit'] %}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'otel'
),

repeats as (
    select * from {{ ref('int_otel_repeats') }}
),

requests as (
    select
        {{ otel_account('events') }} as id_token,
        events.tool,
        events.model,
        {%- for bucket in buckets %}
        {{ total('events.' ~ bucket ~ '_tokens') }} as {{ bucket }}_tokens,
        {%- endfor %}
        count(*) as interactions,
        events.day
    from {{ ref('stg_otel__events') }} as events
    left join repeats
        on events.event_token = repeats.token
    where events.kind = 'request' and repeats.token is null
    group by {{ otel_account('events') }}, events.tool, events.model, events.day
),

-- What lies inside input is taken out of it.
metrics as (
    select
        id_token,
        tool,
        model,
        {{ total(
            "case when bucket = 'input' then value
                when bucket in ('cached_of_input', 'cache_write_of_input') then -value end"
        ) }} as input_tokens,
        {{ total("case when bucket in ('cached_input', 'cached_of_input') then value end") }}
            as cached_input_tokens,
        {{ total("case when bucket in ('cache_write', 'cache_write_of_input') then value end") }}
            as cache_write_tokens,
        {{ total("case when bucket = 'output' then value end") }} as output_tokens,
        {{ total("case when bucket = 'reasoning' then value end") }} as reasoning_tokens,
        cast(null as {{ dbt.type_bigint() }}) as unsplit_tokens,
        cast(null as {{ dbt.type_bigint() }}) as interactions,
        day
    from {{ ref('int_otel_metric_days') }}
    where bucket not in ('cost', 'lines_added', 'accepted', 'refused')
    group by id_token, tool, model, day
),

all_days as (
    {%- for relation in ['requests', 'metrics'] %}
    select
        id_token,
        tool,
        model,
        {{ buckets | join('_tokens, ') }}_tokens,
        interactions,
        day
    from {{ relation }}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ port_columns(
            'model_days',
            {
                'account_key': 'accounts.account_key',
                'tool': 'all_days.tool',
                'model': 'all_days.model',
                'interactions': 'all_days.interactions',
                'activity_date': 'all_days.day',
                'input_tokens': 'all_days.input_tokens',
                'cached_input_tokens': 'all_days.cached_input_tokens',
                'cache_write_tokens': 'all_days.cache_write_tokens',
                'output_tokens': 'all_days.output_tokens',
                'reasoning_tokens': 'all_days.reasoning_tokens',
                'unsplit_tokens': 'all_days.unsplit_tokens',
            },
        ) }}
    from all_days
    inner join accounts
        on all_days.id_token = accounts.id_token
)

select * from final

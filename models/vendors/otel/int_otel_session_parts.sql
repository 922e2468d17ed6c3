-- grain: one row per account, tool, session, day, terminal and model: the one pass over prompts of telemetry
-- A prompt names no model, as a rule: it has that of the first request of its session that follows it.
{%- set resources = ['otel.events'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}

with acts as (
    select * from {{ ref('stg_otel__events') }}
    where
        kind in ('prompt', 'request')
        and {{ otel_tells_prompts() }}
        {%- if is_incremental() %}
        and {{ touched_days_filter('day', resources, 2, utc_days=true) }}
        {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'otel'
),

prompts as (
    select
        *,
        lead(occurred_at) over (partition by tool, session_token order by occurred_at, event_token)
            as next_prompt_at
    from acts
    where kind = 'prompt'
),

answers as (
    select
        prompts.event_token,
        requests.model,
        row_number() over (
            partition by prompts.event_token order by requests.occurred_at, requests.event_token
        ) as answer_rank
    from prompts
    inner join acts as requests
        on
            prompts.tool = requests.tool
            and prompts.session_token = requests.session_token
            and prompts.occurred_at <= requests.occurred_at
            and (prompts.next_prompt_at is null or prompts.next_prompt_at > requests.occurred_at)
    where requests.kind = 'request' and requests.model is not null and prompts.model is null
),

events as (
    select
        accounts.account_key + case prompts.tool
            {%- for tool in otel_prompt_tools() %}
            when '{{ tool }}' then {{ loop.index0 }} * cast({{ otel_lane() }} as {{ dbt.type_bigint() }})
            {%- endfor %}
        end as account_key,
        prompts.occurred_at as event_at,
        prompts.event_token as tie_break,
        prompts.session_token as conversation,
        prompts.surface,
        coalesce(prompts.model, answers.model) as model,
        1 as user_messages,
        cast(null as {{ dbt.type_bigint() }}) as assistant_messages,
        prompts.prompt_chars,
        cast(null as {{ dbt.type_boolean() }}) as used_nothing,
        true as is_in_session
    from prompts
    inner join accounts
        on {{ otel_account('prompts') }} = accounts.id_token
    left join answers
        on
            prompts.event_token = answers.event_token
            and answers.answer_rank = 1
),

{{ session_parts('otel', ['nothing']) }},

final as (
    select
        cast(mod(account_key, {{ otel_lane() }}) as {{ dbt.type_int() }}) as account_key,
        case
            {%- for tool in otel_prompt_tools() %}
            when account_key < {{ loop.index }} * cast({{ otel_lane() }} as {{ dbt.type_bigint() }})
                then '{{ tool }}'
            {%- endfor %}
        end as tool,
        {{ (session_part_names() | reject('in', ['account_key', 'tool']) | list) | join(',\n        ') }},
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from parts
    {%- if is_incremental() %}
    where {{ touched_days_filter('activity_date', resources, 1) }}
    {%- endif %}
)

select * from final

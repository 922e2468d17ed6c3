-- grain: one row per account, model, speed and UTC day of the analytics, and one per answer of other days' log
{{ config(materialized='ephemeral') }}

with analytics_days as (
    {{ codex_days_of('user_day_models') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'codex'
),

reported as (
    select
        {{ codex_account_token('user_day_models') }} as account_token,
        cast(null as {{ dbt.type_string() }}) as client,
        nullif(lower(model), 'other') as model,
        text_input_tokens as input_tokens,
        text_cached_input_tokens as cached_input_tokens,
        text_output_tokens as output_tokens,
        cast(null as {{ dbt.type_bigint() }}) as reasoning_tokens,
        total_tokens
        - coalesce(text_input_tokens, 0)
        - coalesce(text_cached_input_tokens, 0)
        - coalesce(text_output_tokens, 0) as other_tokens,
        coalesce(lower(speed), 'standard') = 'standard' as is_at_list_price,
        day
    from {{ ref('stg_codex__user_day_models') }} as user_day_models

    union all

    select
        {{ codex_account_token('log_events', 'log_events.actor_type') }} as account_token,
        log_events.client,
        log_events.model,
        log_events.input_tokens,
        log_events.cached_input_tokens,
        log_events.output_tokens,
        log_events.reasoning_tokens,
        cast(null as {{ dbt.type_bigint() }}) as other_tokens,
        lower(coalesce(nullif(trim(log_events.service_tier), ''), 'default'))
        in ('default', 'standard', 'auto') as is_at_list_price,
        log_events.message_date as day
    from {{ ref('stg_codex__log_events') }} as log_events
    left join analytics_days
        on
            log_events.tenant = analytics_days.tenant
            and log_events.message_date = analytics_days.day
    where log_events.author_type = 'assistant' and analytics_days.day is null
),

-- Only tokens at the ordinary speed and tier have a price in the book.
final as (
    select
        {{ port_columns(
            'model_days',
            {
                'account_key': 'accounts.account_key',
                'tool': "'codex'",
                'surface': 'reported.client',
                'model': 'reported.model',
                'input_tokens': 'reported.input_tokens',
                'cached_input_tokens': 'reported.cached_input_tokens',
                'output_tokens': 'reported.output_tokens',
                'reasoning_tokens': 'reported.reasoning_tokens',
                'unsplit_tokens':
                    'case when reported.other_tokens > 0 then reported.other_tokens end',
                'list_text_input_tokens': 'case when not reported.is_at_list_price then 0 end',
                'list_text_cached_input_tokens': 'case when not reported.is_at_list_price then 0 end',
                'list_text_output_tokens': 'case when not reported.is_at_list_price then 0 end',
                'activity_date': 'reported.day',
            },
        ) }}
    from reported
    inner join accounts
        on reported.account_token = accounts.id_token
    where
        coalesce(
            reported.input_tokens, reported.cached_input_tokens, reported.output_tokens,
            reported.reasoning_tokens, reported.other_tokens
        ) is not null
)

select * from final

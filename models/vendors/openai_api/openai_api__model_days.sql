-- grain: one row per report, user, key, project, model and UTC day
{{ config(materialized='ephemeral') }}

with actors as (
    select * from {{ ref('int_openai_api_actors') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'openai_api'
),

-- The requests to a model around the call of a tool are among those of completions.
usage_days as (
    select * from {{ ref('stg_openai_api__usage_days') }}
    where report not in ('file_search_calls', 'web_search_calls')
),

final as (
    select
        {{ port_columns(
            'model_days',
            {
                'account_key': 'accounts.account_key',
                'tool': "'openai_api'",
                'surface': 'usage_days.report',
                'model': 'usage_days.model',
                'interactions': 'usage_days.requests',
                'input_tokens': 'usage_days.input_tokens',
                'cached_input_tokens': 'usage_days.cached_input_tokens',
                'cache_write_tokens': 'usage_days.cache_write_tokens',
                'output_tokens': 'usage_days.output_tokens',
                'activity_date': 'usage_days.day',
            },
        ) }}
    from usage_days
    inner join actors
        on
            coalesce(usage_days.user_token, usage_days.key_token, 'unidentified')
            = actors.actor_token
    inner join accounts
        on
            actors.namespace = accounts.namespace
            and actors.id_token = accounts.id_token
)

select * from final

-- grain: one row per model, provider, key and UTC day
{{ config(materialized='ephemeral') }}

with days as (
    select * from {{ ref('int_api_gateway_days') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'api_gateway'
),

final as (
    select
        {{ port_columns(
            'model_days',
            {
                'account_key': 'accounts.account_key',
                'tool': 'days.tool',
                'model': 'days.model',
                'interactions': 'days.requests',
                'input_tokens': 'days.input_tokens',
                'cached_input_tokens': 'days.cached_input_tokens',
                'cache_write_tokens': 'days.cache_write_tokens',
                'output_tokens': 'days.output_tokens',
                'activity_date': 'days.day',
            },
        ) }}
    from days
    inner join accounts
        on
            days.namespace = accounts.namespace
            and days.id_token = accounts.id_token
)

select * from final

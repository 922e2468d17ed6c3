-- grain: one row per model, provider, key and UTC day for which the gateway knows a price
{{ config(materialized='ephemeral') }}

with days as (
    select * from {{ ref('int_api_gateway_days') }}
    where spend_usd is not null
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'api_gateway'
),

final as (
    select
        {{ port_columns(
            'cost_lines',
            {
                'account_key': 'accounts.account_key',
                'tool': 'days.tool',
                'model': 'days.model',
                'cost_basis': "'vendor_estimate'",
                'vendor_cost': 'days.spend_usd',
                'vendor_currency': "'USD'",
                'usage_date': 'days.day',
            },
        ) }}
    from days
    inner join accounts
        on
            days.namespace = accounts.namespace
            and days.id_token = accounts.id_token
)

select * from final

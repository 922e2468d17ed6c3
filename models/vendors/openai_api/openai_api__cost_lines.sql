-- grain: one row per user, key, project, line item and UTC day
{{ config(materialized='ephemeral') }}

with actors as (
    select * from {{ ref('int_openai_api_actors') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'openai_api'
),

cost_days as (
    select * from {{ ref('stg_openai_api__cost_days') }}
    where net_amount is not null
),

final as (
    select
        {{ port_columns(
            'cost_lines',
            {
                'account_key': 'accounts.account_key',
                'tool': "'openai_api'",
                'model': 'cost_days.model',
                'cost_basis': "'billed'",
                'vendor_cost': 'cost_days.net_amount',
                'vendor_currency': 'upper(trim(cost_days.currency))',
                'usage_date': 'cost_days.day',
            },
        ) }}
    from cost_days
    inner join actors
        on coalesce(cost_days.user_token, cost_days.key_token, 'unidentified') = actors.actor_token
    inner join accounts
        on
            actors.namespace = accounts.namespace
            and actors.id_token = accounts.id_token
)

select * from final

-- grain: one row per charged request, and one per request whose cost by tokens the vendor states
{{ config(materialized='ephemeral') }}

with events as (
    select * from {{ ref('int_cursor_events') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'cursor'
),

costs as (
    select
        account_token,
        model,
        'billed' as cost_basis,
        charged_usd as cost,
        day
    from events
    where is_charged and charged_usd is not null

    union all

    select
        account_token,
        model,
        'vendor_estimate' as cost_basis,
        value_usd as cost,
        day
    from events
    where value_usd is not null
),

final as (
    select
        {{ port_columns(
            'cost_lines',
            {
                'account_key': 'accounts.account_key',
                'tool': "'cursor'",
                'model': "nullif(lower(costs.model), 'default')",
                'cost_basis': 'costs.cost_basis',
                'vendor_cost': 'costs.cost',
                'vendor_currency': "'USD'",
                'usage_date': 'costs.day',
            },
        ) }}
    from costs
    left join accounts
        on costs.account_token = accounts.id_token
)

select * from final

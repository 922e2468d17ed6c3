-- grain: one row per account, model, speed and UTC day of which the analytics tell an estimate
{{ config(materialized='ephemeral') }}

with user_day_models as (
    select * from {{ ref('stg_codex__user_day_models') }}
    where estimated_cost_usd is not null
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'codex'
),

final as (
    select
        {{ port_columns(
            'cost_lines',
            {
                'account_key': 'accounts.account_key',
                'tool': "'codex'",
                'model': "nullif(lower(user_day_models.model), 'other')",
                'cost_basis': "'vendor_estimate'",
                'vendor_cost': 'user_day_models.estimated_cost_usd',
                'vendor_currency': "'USD'",
                'usage_date': 'user_day_models.day',
            },
        ) }}
    from user_day_models
    inner join accounts
        on
            {{ codex_account_token('user_day_models') }} = accounts.id_token
)

select * from final

-- grain: one row per account, product, spelling of a model, currency and UTC day, and the same of estimates
{{ config(materialized='ephemeral') }}

with tool_costs as (
    select * from {{ ref('int_chatgpt_tool_costs') }}
),

-- A billing line in money, not in credits, is what the vendor bills.
final as (
    select
        {{ port_columns(
            'cost_lines',
            ['account_key', 'tool', 'model', 'usage_date'],
            {'cost_basis': "'billed'", 'vendor_cost': 'cost', 'vendor_currency': 'cost_unit'},
        ) }}
    from tool_costs
    where coalesce(cost_unit, 'unknown') <> 'CREDITS' and cost is not null

    union all

    select
        {{ port_columns(
            'cost_lines',
            ['account_key', 'tool', 'model', 'usage_date'],
            {
                'cost_basis': "'vendor_estimate'",
                'vendor_cost': 'estimated_cost_usd',
                'vendor_currency': "'USD'",
            },
        ) }}
    from tool_costs
    where estimated_cost_usd is not null
)

select * from final

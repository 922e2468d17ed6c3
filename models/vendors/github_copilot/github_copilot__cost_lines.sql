-- grain: one row per account (or none) and UTC day: its part of the day's AI-credit invoice
{{ config(materialized='ephemeral') }}

with billed_costs as (
    select * from {{ ref('int_github_copilot_billed_costs') }}
),

final as (
    select
        {{ port_columns(
            'cost_lines',
            ['account_key', 'is_allocated', 'usage_date'],
            {
                'tool': "'github_copilot'",
                'cost_basis': "'billed'",
                'vendor_cost': 'cost_usd',
                'vendor_currency': "'USD'",
                'is_unallocated': 'not is_allocated',
            },
        ) }}
    from billed_costs
)

select * from final

-- grain: one row per account, product, spelling of a model and UTC day
{{ config(materialized='ephemeral') }}

with tool_costs as (
    select * from {{ ref('int_chatgpt_tool_costs') }}
    where cost_unit = 'CREDITS'
),

final as (
    select
        {{ port_columns(
            'credit_days',
            ['account_key', 'tool', 'model', 'usage_date'],
            {'unit': "'chatgpt_credit'", 'credits': 'cost'},
        ) }}
    from tool_costs
)

select * from final

-- grain: one row per account, product, spelling of a model, cost unit and UTC day
-- With the tool of each product.
{{ config(materialized='view') }}

with cost_days as (
    select * from {{ ref('int_chatgpt_cost_days') }}
),

product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'chatgpt'
),

final as (
    select
        cost_days.account_key,
        {{ tool_of_product() }} as tool,
        cost_days.model,
        cost_days.cost_unit,
        cost_days.cost,
        cost_days.estimated_cost_usd,
        cost_days.activity_date as usage_date
    from cost_days
    {{ join_product_tools('cost_days.product') }}
)

select * from final

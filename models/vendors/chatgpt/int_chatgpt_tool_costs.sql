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

-- A product that we do not know yet is the source's own tool, the row `*`.
final as (
    select
        cost_days.account_key,
        coalesce(product_tools.tool, other_products.tool) as tool,
        cost_days.model,
        cost_days.cost_unit,
        cost_days.cost,
        cost_days.estimated_cost_usd,
        cost_days.activity_date as usage_date
    from cost_days
    left join product_tools
        on {{ product_key('cost_days.product') }} = product_tools.product
    left join product_tools as other_products
        on other_products.product = '*'
)

select * from final

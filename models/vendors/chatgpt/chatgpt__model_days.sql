-- grain: one row per account, product, surface, spelling of a model and UTC day of tokens
{{ config(materialized='ephemeral') }}

with token_days as (
    select * from {{ ref('int_chatgpt_token_days') }}
),

product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'chatgpt'
),

-- A product that we do not know yet is the source's own tool, the row `*`.
tool_days as (
    select
        token_days.*,
        coalesce(product_tools.tool, other_products.tool) as tool
    from token_days
    left join product_tools
        on {{ product_key('token_days.product') }} = product_tools.product
    left join product_tools as other_products
        on other_products.product = '*'
),

final as (
    select
        {{ port_columns(
            'model_days',
            [
                'account_key', 'tool', 'surface', 'model', 'input_tokens', 'cached_input_tokens',
                'output_tokens', 'unsplit_tokens', 'activity_date',
            ] + (price_parts() | list),
        ) }}
    from tool_days
)

select * from final

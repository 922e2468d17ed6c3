-- grain: one row per account, product, surface, spelling of a model and UTC day of tokens
{{ config(materialized='ephemeral') }}

with token_days as (
    select * from {{ ref('int_chatgpt_token_days') }}
),

product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'chatgpt'
),

tool_days as (
    select
        token_days.*,
        {{ tool_of_product() }} as tool
    from token_days
    {{ join_product_tools('token_days.product') }}
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

-- grain: one row per account, product, model, service tier and UTC day
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'anthropic'
),

product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'anthropic'
),

-- Whatever the vendor's total has beyond its parts cannot be split.
usage_days as (
    select
        accounts.account_key,
        coalesce(product_tools.tool, other_products.tool) as tool,
        usage_days.product as surface,
        usage_days.model,
        usage_days.requests as interactions,
        usage_days.input_tokens,
        usage_days.cached_input_tokens,
        usage_days.cache_write_tokens,
        usage_days.output_tokens,
        nullif(
            greatest(
                usage_days.total_tokens
                - coalesce(usage_days.input_tokens, 0)
                - coalesce(usage_days.cached_input_tokens, 0)
                - coalesce(usage_days.cache_write_tokens, 0)
                - coalesce(usage_days.output_tokens, 0),
                0
            ),
            0
        ) as unsplit_tokens,
        usage_days.day as activity_date
    from {{ ref('stg_anthropic__usage_days') }} as usage_days
    left join accounts
        on
            usage_days.namespace = accounts.namespace
            and coalesce(usage_days.actor_token, usage_days.email_token, 'unidentified')
            = accounts.id_token
    left join product_tools
        on {{ product_key('usage_days.product') }} = product_tools.product
    left join product_tools as other_products
        on other_products.product = '*'
),

final as (
    select
        {{ port_columns(
            'model_days',
            [
                'account_key', 'tool', 'surface', 'model', 'interactions', 'input_tokens',
                'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'unsplit_tokens',
                'activity_date',
            ],
        ) }}
    from usage_days
)

select * from final

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
        {{ tool_of_product() }} as tool,
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
            {{ is_anthropic_account('usage_days') }}
    {{ join_product_tools('usage_days.product') }}
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

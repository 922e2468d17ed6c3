-- grain: one row per account (or none), product, model, service tier and UTC day, and the same at list price
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'anthropic'
),

product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'anthropic'
),

-- The older cost report of a Console organization names no account at all: its money cannot be split.
cost_days as (
    select
        case when cost_days.feed <> 'cost' then accounts.account_key end as account_key,
        {{ tool_of_product() }} as tool,
        cost_days.model,
        cost_days.net_amount,
        cost_days.gross_amount,
        upper(trim(cost_days.currency)) as vendor_currency,
        cost_days.feed = 'cost' as is_unallocated,
        cost_days.day as usage_date
    from {{ ref('stg_anthropic__cost_days') }} as cost_days
    left join accounts
        on
            {{ is_anthropic_account('cost_days') }}
    {{ join_product_tools('cost_days.product') }}
),

final as (
    {%- for basis, amount in {'billed': 'net_amount', 'vendor_estimate': 'gross_amount'}.items() %}
    select
        {{ port_columns(
            'cost_lines',
            ['account_key', 'tool', 'model', 'vendor_currency', 'is_unallocated', 'usage_date'],
            {'cost_basis': "'" ~ basis ~ "'", 'vendor_cost': amount},
        ) }}
    from cost_days
    where {{ amount }} is not null
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
)

select * from final

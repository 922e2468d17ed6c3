-- grain: One row a billed line (SKU) of a COSTS event. Never join to tokens before summing.
with source as (
    select * from {{ source('chatgpt', 'costs_billing') }}
),

final as (
    select
        tenant,
        event_token,
        line_number,
        usage_date,
        sku,
        quantity,
        quantity_unit,
        cost,
        cost_unit,
        estimated_cost_usd
    from source
)

select * from final

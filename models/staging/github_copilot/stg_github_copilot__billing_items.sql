-- grain: One row a billing item (product, SKU, model) and day, over all users.
with source as (
    select * from {{ source('github_copilot', 'billing_items') }}
),

final as (
    select
        tenant,
        scope,
        day,
        product,
        sku,
        model,
        unit_type,
        price_per_unit,
        gross_quantity,
        gross_amount,
        discount_quantity,
        discount_amount,
        net_quantity,
        net_amount
    from source
)

select * from final

-- grain: One row a subscribed SKU on a snapshot day.
with source as (
    select * from {{ source('m365_copilot', 'subscribed_skus') }}
),

final as (
    select
        tenant,
        scope,
        day,
        sku_id,
        sku_part_number,
        is_copilot,
        consumed_units,
        enabled_units,
        suspended_units,
        warning_units,
        locked_out_units
    from source
)

select * from final

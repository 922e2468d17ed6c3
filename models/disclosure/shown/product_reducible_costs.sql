-- grain: one row per month and product: seats that nobody holds, and what could be saved at renewal, masked
-- What is bought is known, so seats without a holder tell the holders and the accounts without a person:
-- they are shown where both are.
with seats as (
    select * from {{ ref('masked_unit_seats') }}
    where unit_key in ('all', 'unattributed')
),

product_months as (
    select * from {{ ref('product_months') }}
),

-- Seats of people that could go are those that are told; a hidden number counts as none.
holders as (
    select
        period_start as month_start,
        product,
        max(seat_holders_hidden + seats_at_end_hidden) as are_holders_hidden,
        max(case when unit_key = 'all' then coalesce(reassignable_holders, 0) end) as reassignable_seats
    from seats
    group by period_start, product
),

reducible as (
    select
        product_months.month_start,
        product_months.product,
        product_months.purchased_seats,
        product_months.minimum_seats,
        product_months.renewal_date,
        product_months.seat_price,
        product_months.contract_cost,
        product_months.purchased_seats - coalesce(product_months.minimum_seats, 0) as above_minimum,
        holders.reassignable_seats,
        holders.are_holders_hidden,
        case
            when holders.are_holders_hidden = 0
                then product_months.purchased_seats - product_months.assigned_seats
        end as unassigned
    from product_months
    inner join holders
        on
            product_months.month_start = holders.month_start
            and product_months.product = holders.product
),

final as (
    select
        reducible.*,
        {{ price_seats(
            'case when unassigned > 0 then unassigned when unassigned <= 0 then 0 end', 'seat_price'
        ) }}
            as unassigned_cost,
        {{ price_seats(
            'case
                when unassigned is null then null
                when above_minimum <= 0 then 0
                when unassigned + reassignable_seats > above_minimum then above_minimum
                when unassigned + reassignable_seats > 0 then unassigned + reassignable_seats
                else 0
            end', 'seat_price'
        ) }} as reducible_cost
    from reducible
)

select * from final

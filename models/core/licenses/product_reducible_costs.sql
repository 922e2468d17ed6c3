-- grain: one row a month and product: seats nobody uses or holds, and what they could save at renewal
{%- set reassignable = [] %}
{%- for name, part in seat_classes().items() if part == 'reassignable_cost' -%}
    {%- do reassignable.append(name) -%}
{%- endfor %}
with class_counts as (
    select * from {{ ref('unit_seat_classes') }}
    where unit_key = 'all'
),

product_months as (
    select * from {{ ref('product_months') }}
),

-- What could be given back is people as well: from k on, to the nearest 5.
reducible as (
    select
        product_months.month_start,
        product_months.product,
        product_months.purchased_seats - product_months.assigned_seats as unassigned,
        product_months.purchased_seats,
        product_months.purchased_seats - coalesce(product_months.minimum_seats, 0) as above_minimum,
        product_months.seat_price,
        class_counts.{{ reassignable | join(' + class_counts.') }} as exact_seats
    from product_months
    inner join class_counts
        on
            product_months.month_start = class_counts.month_start
            and product_months.product = class_counts.product
),

rounded as (
    select
        reducible.*,
        case
            when exact_seats between 1 and {{ suppression_k() - 1 }} then 0
            else {{ rounded_people('exact_seats') }}
        end as reassignable_seats
    from reducible
),

final as (
    select
        rounded.*,
        {{ price_seats(
            'case
                when above_minimum <= 0 then 0
                when unassigned + reassignable_seats > above_minimum then above_minimum
                when unassigned + reassignable_seats > 0 then unassigned + reassignable_seats
                else 0
            end', 'seat_price'
        ) }} as reducible_cost
    from rounded
)

select * from final

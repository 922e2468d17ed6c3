-- grain: one row per month, department (reporting unit) and product: seats, their use and their cost
-- Seats without a person stand in the row `Unattributed`, whose holders are accounts. Classes of use are
-- told where the month's use was read from its first day on.
{%- set classes = seat_classes() | list %}
{%- set of_use = ['never_used', 'dormant', 'under_used', 'used'] %}
with seats as (
    select * from {{ ref('masked_unit_seats') }}
),

product_months as (
    select * from {{ ref('product_months') }}
),

reducible_costs as (
    select * from {{ ref('product_reducible_costs') }}
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type = 'month'
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'month'
),

months as (
    select
        period_start,
        period_end,
        is_over
    from periods
),

-- The running month has the days up to the last roster.
product_days as (
    select
        product_months.month_start,
        product_months.product,
        product_months.has_carried_days,
        {{ days_between('product_months.month_start', "case
            when months.is_over then months.period_end
            else " ~ add_days('product_months.last_seat_date', 1) ~ "
        end") }} as days_counted
    from product_months
    inner join months
        on product_months.month_start = months.period_start
),

final as (
    select
        seats.unit_key as department_key,
        seats.unit_name as department_name,
        seats.product,
        seats.tool,
        seats.period_start as month_start,
        cast(seats.seat_days as {{ dbt.type_bigint() }}) as seat_days,
        {{ plain_ratio('seats.seat_days', 'product_days.days_counted') }} as seats_assigned,
        cast(case when seats.unit_key <> 'unattributed' then seats.seat_holders end as {{ dbt.type_bigint() }})
            as seat_holders,
        cast(case when seats.unit_key = 'unattributed' then seats.seat_holders end as {{ dbt.type_bigint() }})
            as accounts,
        cast(case when tool_periods.gives_active then seats.seats_active end as {{ dbt.type_bigint() }})
            as seats_active,
        case
            when tool_periods.gives_active
                then {{ plain_ratio('seats.seats_active', 'seats.seat_holders') }}
        end
            as utilization_ratio,
        cast(round(seats.seat_cost, 2) as decimal(18, 2)) as cost,
        '{{ var("reporting_currency") }}' as currency,
        {%- for class in classes %}
        cast(
            {%- if class in of_use %}
            case when tool_periods.gives_active and tool_periods.is_observed then seats.{{ class }} end
            {%- else %}
            seats.{{ class }}
            {%- endif %}
            as {{ dbt.type_bigint() }}
        ) as {{ class }},
        {%- endfor %}
        cast(round(seats.reassignable_cost + seats.other_exposure_cost, 2) as decimal(18, 2))
            as exposure_cost,
        cast(round(seats.reassignable_cost, 2) as decimal(18, 2)) as reassignable_cost,
        cast(round(reducible_costs.reducible_cost, 2) as decimal(18, 2)) as reducible_at_renewal_cost,
        case
            when tool_periods.gives_active and seats.seats_active > 0
                then cast(
                    round({{ share_of_amount('seats.seat_cost', 1, 'seats.seats_active') }}, 2)
                    as decimal(18, 2)
                )
        end as cost_per_active_person,
        cast(reducible_costs.unassigned as {{ dbt.type_bigint() }}) as unassigned,
        cast(reducible_costs.purchased_seats as {{ dbt.type_bigint() }}) as purchased,
        cast(round(reducible_costs.unassigned_cost, 2) as decimal(18, 2)) as unassigned_cost,
        cast(round(reducible_costs.contract_cost, 2) as decimal(18, 2)) as contract_cost,
        cast(reducible_costs.minimum_seats as {{ dbt.type_bigint() }}) as minimum_seats,
        cast(reducible_costs.renewal_date as date) as renewal_date,
        product_days.has_carried_days,
        tool_periods.seat_period_state as period_state,
        tool_periods.seat_period_state = 'complete' as is_complete_month,
        {{ any_hidden(seat_measures() | map(attribute='name') | list) }}
        or coalesce(reducible_costs.are_holders_hidden, 0) > 0 as is_suppressed
    from seats
    inner join months
        on seats.period_start = months.period_start
    inner join tool_periods
        on
            seats.period_start = tool_periods.period_start
            and seats.tool = tool_periods.tool
    left join product_days
        on
            seats.period_start = product_days.month_start
            and seats.product = product_days.product
    left join reducible_costs
        on
            seats.period_start = reducible_costs.month_start
            and seats.product = reducible_costs.product
            and seats.unit_key = 'all'
)

select * from final

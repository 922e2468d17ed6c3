-- Fails where seat-days of people in the company row differ from the seats themselves, or their cost
-- from the cost of seats in the cost facts.
with seats as (
    select * from {{ ref('fct_seats_daily') }}
    where person_key is not null
),

costs as (
    select * from {{ ref('fct_costs_daily') }}
    where cost_basis = 'seat_allocated' and bucket = 'person'
),

figures as (
    select * from {{ ref('unit_figures_of_seats') }}
    where unit_key = 'all'
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

seat_months as (
    select
        {{ month_start('seat_date') }} as month_start,
        tool,
        count(*) as seat_days
    from seats
    where {{ is_rebuilt('month', month_start('seat_date')) }}
    group by {{ month_start('seat_date') }}, tool
),

cost_months as (
    select
        {{ month_start('usage_date') }} as month_start,
        tool,
        sum(cost) as cost
    from costs
    group by {{ month_start('usage_date') }}, tool
),

figure_months as (
    select
        period_start as month_start,
        tool,
        sum(seat_days) as seat_days,
        sum(seat_cost) as seat_cost
    from figures
    group by period_start, tool
),

final as (
    select
        seat_months.month_start,
        seat_months.tool
    from seat_months
    left join figure_months
        on
            seat_months.month_start = figure_months.month_start
            and seat_months.tool = figure_months.tool
    left join cost_months
        on
            seat_months.month_start = cost_months.month_start
            and seat_months.tool = cost_months.tool
    where
        coalesce(figure_months.seat_days, 0) <> seat_months.seat_days
        or coalesce(figure_months.seat_cost, 0) <> coalesce(cost_months.cost, 0)
)

select * from final

-- grain: one row per complete month, product, unit that gives seats and unit that takes them
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
-- Seats of a product are alike, so the plan that moves most lays what is offered and what is wanted end to end
-- and cuts both at each other's ends: nothing can move more than the smaller of the two sums.
{{ config(tags=['derived']) }}
{%- set k = suppression_k() %}
with products as (
    select * from {{ ref('license_utilization_monthly') }}
    where is_complete_month and department_key = 'all'
),

demand as (
    select * from {{ ref('unlicensed_demand_monthly') }}
    where department_key not in ('all', 'other')
),

departments as (
    select
        month_start,
        product,
        department_key,
        department_name,
        coalesce(idle_seats, 0) as idle,
        coalesce(users_without_seat_at_least, 0) as users
    from demand
),

-- What a department can do alone comes first.
alone as (
    select
        departments.*,
        case when idle >= {{ k }} and users >= {{ k }} then least(idle, users) else 0 end as kept
    from departments
),

offers as (
    select
        month_start,
        product,
        'unassigned' as unit_key,
        'Not assigned' as unit_name,
        1 as place,
        unassigned as seats
    from products
    where unassigned > 0
    union all
    select
        month_start,
        product,
        department_key as unit_key,
        department_name as unit_name,
        2 as place,
        idle - kept as seats
    from alone
    where idle - kept >= {{ k }}
),

wants as (
    select
        month_start,
        product,
        department_key as unit_key,
        department_name as unit_name,
        users - kept as seats
    from alone
    where users - kept >= {{ k }}
),

offered as (
    select
        offers.*,
        sum(seats) over (
            partition by month_start, product order by place asc, seats desc, unit_key asc
            rows between unbounded preceding and current row
        ) as seats_to
    from offers
),

wanted as (
    select
        wants.*,
        sum(seats) over (
            partition by month_start, product order by seats desc, unit_key asc
            rows between unbounded preceding and current row
        ) as seats_to
    from wants
),

moves as (
    select
        offered.month_start,
        offered.product,
        case when offered.unit_key = 'unassigned' then 'give' else 'move' end as plan_step,
        offered.unit_key as from_key,
        offered.unit_name as from_name,
        wanted.unit_key as to_key,
        wanted.unit_name as to_name,
        offered.seats as seats_offered,
        wanted.seats as seats_wanted,
        least(offered.seats_to, wanted.seats_to)
        - greatest(offered.seats_to - offered.seats, wanted.seats_to - wanted.seats) as seats
    from offered
    inner join wanted
        on
            offered.month_start = wanted.month_start
            and offered.product = wanted.product
            and offered.seats_to - offered.seats < wanted.seats_to
            and wanted.seats_to - wanted.seats < offered.seats_to
    union all
    select
        month_start,
        product,
        'move' as plan_step,
        department_key as from_key,
        department_name as from_name,
        department_key as to_key,
        department_name as to_name,
        idle as seats_offered,
        users as seats_wanted,
        kept as seats
    from alone
    where kept > 0
),

parts as (
    select
        month_start,
        product,
        unassigned as offered,
        0 as wanted,
        0 as moved
    from products
    where unassigned > 0
    union all
    select
        month_start,
        product,
        case when idle >= {{ k }} then idle else 0 end as offered,
        case when users >= {{ k }} then users else 0 end as wanted,
        0 as moved
    from departments
    union all
    select
        month_start,
        product,
        0 as offered,
        0 as wanted,
        seats as moved
    from moves
    where seats >= {{ k }}
),

totals as (
    select
        month_start,
        product,
        sum(offered) as offered,
        least(sum(offered), sum(wanted)) as most,
        sum(moved) as moved
    from parts
    group by month_start, product
),

-- What nobody wants goes back at renewal, as far as the contract lets it.
returns as (
    select
        totals.month_start,
        totals.product,
        'return' as plan_step,
        'all' as from_key,
        'All departments' as from_name,
        'vendor' as to_key,
        'Vendor' as to_name,
        totals.offered as seats_offered,
        products.purchased - products.minimum_seats as seats_wanted,
        least(totals.offered - totals.most, products.purchased - products.minimum_seats) as seats
    from totals
    inner join products
        on
            totals.month_start = products.month_start
            and totals.product = products.product
    where
        totals.offered > totals.most
        and products.purchased > products.minimum_seats
),

steps as (
    select * from moves
    where seats >= {{ k }}
    union all
    select * from returns
    where seats >= {{ k }}
),

final as (
    select
        cast(steps.month_start as date) as month_start,
        steps.product,
        products.tool,
        steps.plan_step,
        steps.from_key,
        steps.from_name,
        steps.to_key,
        steps.to_name,
        cast(steps.seats as {{ dbt.type_bigint() }}) as seats,
        cast(steps.seats_offered as {{ dbt.type_bigint() }}) as seats_offered,
        cast(steps.seats_wanted as {{ dbt.type_bigint() }}) as seats_wanted,
        cast(
            12 * steps.seats * products.contract_cost / nullif(products.purchased, 0) as decimal(18, 2)
        ) as cost_a_year,
        products.currency,
        cast(products.minimum_seats as {{ dbt.type_bigint() }}) as minimum_seats,
        products.renewal_date,
        cast(totals.moved as {{ dbt.type_bigint() }}) as seats_moved_of_product,
        cast(totals.most as {{ dbt.type_bigint() }}) as seats_movable_at_most,
        totals.moved = totals.most as is_proven_optimal,
        true as is_complete_month
    from steps
    inner join products
        on
            steps.month_start = products.month_start
            and steps.product = products.product
    inner join totals
        on
            steps.month_start = totals.month_start
            and steps.product = totals.product
)

select * from final

-- grain: one row per month, department (reporting unit), tool and cost basis: what was, or is, to be expected
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
-- The current month has no published cost, so a month is forecast from the one before it (decision 0053).
{{ config(tags=['derived']) }}
{#- Earlier forecasts that an interval, and a coverage, need. -#}
{%- set least_errors = 10 %}
with months as (
    select
        department_key,
        department_name,
        tool,
        cost_basis,
        month_start,
        {{ month_start(add_days('month_start', 31)) }} as next_month,
        {{ month_start(add_days('month_start', 62)) }} as month_after,
        cast(cost as {{ type_double() }}) as cost,
        currency,
        case when cost_basis = 'seat_allocated' then 'seats' else 'use' end
        || case when department_key = 'all' then ' of the company' else ' of departments' end as pool
    from {{ ref('department_cost_monthly') }}
    where is_complete_month and department_key not in ('other', 'unattributed', 'unallocated')
),

costs as (
    select
        months.*,
        {{ days_between('month_start', 'next_month') }} as days,
        {{ days_between('next_month', 'month_after') }}
            as days_of_next
    from months
),

-- A month is expected to cost as much a day as the month before.
carried as (
    select
        earlier.department_key,
        earlier.department_name,
        earlier.tool,
        earlier.cost_basis,
        earlier.next_month as month_start,
        earlier.currency,
        earlier.pool,
        earlier.cost * earlier.days_of_next / earlier.days as carried_cost,
        costs.cost as actual,
        costs.month_start is not null as is_complete_month
    from costs as earlier
    left join costs
        on
            earlier.department_key = costs.department_key
            and earlier.tool = costs.tool
            and earlier.cost_basis = costs.cost_basis
            and earlier.next_month = costs.month_start
),

errors as (
    select
        pool,
        month_start,
        actual / carried_cost as error_ratio,
        department_key,
        tool,
        cost_basis
    from carried
    where actual is not null and carried_cost > 0
),

pool_months as (
    select
        pool,
        month_start
    from carried
    group by pool, month_start
),

-- How far such forecasts were off in the year before the month, over all departments and tools of the pool.
known_errors as (
    select
        pool_months.pool,
        pool_months.month_start,
        errors.error_ratio,
        row_number() over (
            partition by pool_months.pool, pool_months.month_start
            order by
                errors.error_ratio, errors.month_start, errors.department_key, errors.tool, errors.cost_basis
        ) as place,
        count(*) over (partition by pool_months.pool, pool_months.month_start) as places
    from pool_months
    inner join errors
        on
            pool_months.pool = errors.pool
            and pool_months.month_start > errors.month_start
            and errors.month_start >= {{ add_days('pool_months.month_start', -366) }}
),

-- A tenth of the errors is below, a tenth above.
spreads as (
    select
        pool,
        month_start,
        max(places) as forecasts_before,
        min(case when place >= floor((places + 1) * 0.1 + 0.5) then error_ratio end) as low_ratio,
        avg(case when place * 2 between places and places + 2 then error_ratio end) as middle_ratio,
        max(case when place <= places + 1 - floor((places + 1) * 0.1 + 0.5) then error_ratio end) as high_ratio
    from known_errors
    where places >= {{ least_errors }}
    group by pool, month_start
),

forecasts as (
    select
        carried.*,
        spreads.forecasts_before,
        carried.carried_cost * coalesce(spreads.middle_ratio, 1) as expected,
        carried.carried_cost * spreads.low_ratio as low,
        carried.carried_cost * spreads.high_ratio as high
    from carried
    left join spreads
        on
            carried.pool = spreads.pool
            and carried.month_start = spreads.month_start
),

coverages as (
    select
        pool_months.pool,
        pool_months.month_start,
        avg(
            case when forecasts.actual between forecasts.low and forecasts.high then 1.0 else 0.0 end
        ) as coverage
    from pool_months
    inner join forecasts
        on
            pool_months.pool = forecasts.pool
            and pool_months.month_start > forecasts.month_start
            and forecasts.month_start >= {{ add_days('pool_months.month_start', -366) }}
    where forecasts.low is not null and forecasts.actual is not null
    group by pool_months.pool, pool_months.month_start
    having count(*) >= {{ least_errors }}
),

final as (
    select
        forecasts.department_key,
        forecasts.department_name,
        forecasts.tool,
        forecasts.cost_basis,
        cast(forecasts.month_start as date) as month_start,
        {%- for figure in ['expected', 'low', 'high'] %}
        cast(floor(forecasts.{{ figure }} * 100 + 0.5) / 100.0 as {{ type_double() }}) as {{ figure }},
        {%- endfor %}
        cast(forecasts.actual as {{ type_double() }}) as actual,
        forecasts.currency,
        'the month before, by day' as method,
        cast(coverages.coverage as {{ type_double() }}) as backtest_coverage,
        cast(coalesce(forecasts.forecasts_before, 0) as {{ dbt.type_bigint() }}) as forecasts_before,
        forecasts.is_complete_month
    from forecasts
    left join coverages
        on
            forecasts.pool = coverages.pool
            and forecasts.month_start = coverages.month_start
)

select * from final

-- grain: one row per week that is built, reporting unit, tool, cost basis and UTC day: exact cost of the day
-- Days of the week and of the seven weeks before, by the units of the week. Seats cost the same every day, and
-- what was billed for all users together is of no day: neither is in it.
with costs as (
    select * from {{ ref('fct_costs_daily') }}
    where cost_basis <> 'seat_allocated' and bucket <> 'unallocated' and not is_allocated
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
    where period_type = 'week'
),

dates as (
    select * from {{ ref('dim_dates') }}
),

-- The company's rate for credits may change, or be unknown: what they were used for is their number.
person_days as (
    select
        person_key,
        department_key,
        tool,
        cost_basis,
        usage_date,
        sum(case when cost_basis = 'credits' then credits else cost end) as amount
    from costs
    group by person_key, department_key, tool, cost_basis, usage_date
),

-- Agents, service accounts and accounts that match nobody have no department.
department_days as (
    select
        department_key,
        tool,
        cost_basis,
        usage_date,
        sum(amount) as amount,
        sum(case when person_key is not null and amount > 0 then 1 else 0 end) as contributors,
        max(case when person_key is not null then amount end) as largest_amount
    from person_days
    group by department_key, tool, cost_basis, usage_date
),

week_days as (
    select
        rebuilt_periods.period_start as week_start,
        dates.is_working_day,
        department_days.*
    from department_days
    inner join rebuilt_periods
        on
            department_days.usage_date >= {{ add_days('rebuilt_periods.period_start', -49) }}
            and department_days.usage_date < rebuilt_periods.period_end
    inner join dates
        on department_days.usage_date = dates.date_day
),

unit_rows as (
    select
        week_days.*,
        reporting_units.unit_key
    from week_days
    inner join reporting_units
        on
            week_days.week_start = reporting_units.period_start
            and week_days.department_key = reporting_units.department_key

    union all

    select
        week_days.*,
        'all' as unit_key
    from week_days
),

final as (
    select
        week_start,
        unit_key,
        tool,
        cost_basis,
        usage_date,
        is_working_day,
        cast(sum(amount) as {{ type_double() }}) as amount,
        cast(sum(contributors) as {{ dbt.type_bigint() }}) as contributors,
        cast(max(largest_amount) as {{ type_double() }}) as largest_amount
    from unit_rows
    group by week_start, unit_key, tool, cost_basis, usage_date, is_working_day
)

select * from final

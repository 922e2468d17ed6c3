-- grain: one row per month, department (reporting unit), tool and cost basis; bases are never added up
with costs as (
    select * from {{ ref('masked_unit_costs') }}
),

people as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month'
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'month'
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type = 'month'
),

-- The last day that every cost of the month can be known for: yesterday by the clock.
run_clock as (
    select * from {{ ref('int_run_clock') }}
),

months as (
    select
        periods.period_start,
        periods.is_over,
        {{ days_between('periods.period_start', 'periods.period_end') }}
            as days_of_month,
        {{ days_between('periods.period_start', 'run_clock.as_of_date') }}
            as days_so_far
    from periods
    cross join run_clock
),

-- Money of a tool whose use nothing tells of (a bill alone) has no state of its own: its month is over, or not.
states as (
    select
        costs.*,
        months.days_of_month,
        months.days_so_far,
        months.is_over,
        case
            when tool_periods.tool is null then case when months.is_over then 'complete' else 'running' end
            when costs.cost_basis = 'seat_allocated' then tool_periods.seat_period_state
            else tool_periods.period_state
        end as period_state,
        coalesce(
            tool_periods.is_observed
            and (costs.cost_basis <> 'seat_allocated' or tool_periods.is_roster_observed),
            true
        ) as is_observed
    from costs
    inner join months
        on costs.period_start = months.period_start
    left join tool_periods
        on
            costs.period_start = tool_periods.period_start
            and costs.tool = tool_periods.tool
),

final as (
    select
        costs.unit_key as department_key,
        costs.unit_name as department_name,
        costs.tool,
        costs.period_start as month_start,
        costs.cost_basis,
        cast(round(costs.cost, 2) as decimal(18, 2)) as cost,
        '{{ var("reporting_currency") }}' as currency,
        people.active_people,
        case
            when coalesce(people.active_people, 0) > 0
                then cast(
                    round({{ share_of_amount('costs.cost', 1, 'people.active_people') }}, 2)
                    as decimal(18, 2)
                )
        end as cost_per_active_person,
        cast(costs.unpriced_tokens as {{ dbt.type_bigint() }}) as unpriced_tokens,
        1 - {{ plain_ratio('costs.unpriced_tokens', 'costs.metered_tokens') }} as pricing_coverage_ratio,
        cast(round(costs.cost, 2) as decimal(18, 2)) as month_to_date,
        cast(
            round(
                case
                    when not costs.is_observed then null
                    when costs.is_over then costs.cost
                    when costs.days_so_far > 0
                        then {{ share_of_amount('costs.cost', 'costs.days_of_month', 'costs.days_so_far') }}
                end, 2
            ) as decimal(18, 2)
        ) as projected_month_end,
        costs.period_state,
        costs.period_state = 'complete' as is_complete_month,
        costs.cost_hidden = 1
        or costs.are_tokens_hidden
        or coalesce(people.active_people_hidden, 0) = 1 as is_suppressed
    from states as costs
    left join people
        on
            costs.period_start = people.period_start
            and costs.unit_key = people.unit_key
            and costs.tool = people.tool
)

select * from final

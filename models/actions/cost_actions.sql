-- grain: one row an action about money: rule, department, tool
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

cost_months as (
    select * from {{ ref('department_cost_monthly') }}
    where department_key <> 'other' and tool <> 'all'
),

-- What use costs; seats are bought, and do not run away. Of several bases the first that fires speaks.
use_costs as (
    select
        cost_months.*,
        case cost_basis when 'billed' then 1 when 'credits' then 2 when 'vendor_estimate' then 3 else 4 end
            as basis_order
    from cost_months
    where cost_basis <> 'seat_allocated' and cost is not null and is_complete_month
),

judged_months as (
    {{ shown_periods('use_costs', 'month_start', ['department_key', 'tool', 'cost_basis'], ['cost']) }}
),

months_before as (
    select
        judged_months.department_key,
        judged_months.tool,
        judged_months.cost_basis,
        judged_months.month_start,
        use_costs.month_start as month_before,
        cast(use_costs.cost as {{ type_double() }}) as cost
    from judged_months
    inner join use_costs
        on
            judged_months.department_key = use_costs.department_key
            and judged_months.tool = use_costs.tool
            and judged_months.cost_basis = use_costs.cost_basis
            and judged_months.month_start > use_costs.month_start
            and use_costs.month_start >= {{ add_days('judged_months.month_start', -186) }}
),

{{ median_by(
    'usual_costs', 'months_before', 'cost', ['department_key', 'tool', 'cost_basis', 'month_start'],
    'month_before'
) }},

runaways as (
    select
        judged_months.*,
        usual_costs.median_value as usual_cost,
        usual_costs.places as months_compared,
        row_number() over (
            partition by judged_months.department_key, judged_months.tool, judged_months.month_start
            order by judged_months.basis_order
        ) as basis_place,
        max(case when judged_months.department_key <> 'all' then 1 else 0 end) over (
            partition by judged_months.tool, judged_months.month_start
        ) as is_located
    from judged_months
    inner join usual_costs
        on
            judged_months.department_key = usual_costs.department_key
            and judged_months.tool = usual_costs.tool
            and judged_months.cost_basis = usual_costs.cost_basis
            and judged_months.month_start = usual_costs.month_start
    inner join rules
        on rules.rule_id = 'runaway_cost'
    where
        usual_costs.places >= 2
        and usual_costs.median_value > 0
        and judged_months.cost >= usual_costs.median_value * rules.threshold
        and judged_months.cost >= usual_costs.median_value + rules.minimum
),

-- The company row speaks only where no department is shown to be the place.
runaway_cost as (
    select
        {{ action_figures(
            'runaways', 'runaways.month_start', 'month',
            metric_value='runaways.cost',
            comparison_value='runaways.usual_cost',
            excess='runaways.cost / nullif(runaways.usual_cost * rules.threshold, 0)',
            money_a_year='12 * (runaways.cost - runaways.usual_cost)',
            figures={'months_compared': 'runaways.months_compared', 'cost_basis': 'runaways.cost_basis'}
        ) }}
    from runaways
    inner join rules
        on rules.rule_id = 'runaway_cost'
    where runaways.basis_place = 1 and (runaways.department_key <> 'all' or runaways.is_located = 0)
),

seat_costs as (
    select * from cost_months
    where
        cost_basis = 'seat_allocated'
        and department_key not in ('all', 'unattributed', 'unallocated')
),

shown_seat_costs as (
    {{ shown_periods(
        'seat_costs', 'month_start', ['department_key', 'tool'], ['cost_per_active_person', 'cost']
    ) }}
),

{{ median_by(
    'usual_seat_costs', 'shown_seat_costs', 'cost_per_active_person', ['tool', 'month_start'], 'department_key'
) }},

cost_per_active_person_high as (
    select
        {{ action_figures(
            'shown_seat_costs', 'shown_seat_costs.month_start', 'month',
            metric_value='shown_seat_costs.cost_per_active_person',
            comparison_value='usual_seat_costs.median_value',
            excess='shown_seat_costs.cost_per_active_person
            / nullif(usual_seat_costs.median_value * rules.threshold, 0)',
            money_a_year='12 * shown_seat_costs.cost * (1 - usual_seat_costs.median_value
            / nullif(shown_seat_costs.cost_per_active_person, 0))',
            figures={'cost': 'shown_seat_costs.cost', 'departments_compared': 'usual_seat_costs.places'}
        ) }}
    from shown_seat_costs
    inner join usual_seat_costs
        on
            shown_seat_costs.tool = usual_seat_costs.tool
            and shown_seat_costs.month_start = usual_seat_costs.month_start
    inner join rules
        on rules.rule_id = 'cost_per_active_person_high'
    where
        usual_seat_costs.places >= 3
        and usual_seat_costs.median_value > 0
        and shown_seat_costs.cost >= rules.minimum
        and shown_seat_costs.cost_per_active_person >= usual_seat_costs.median_value * rules.threshold
),

{{ all_actions(['runaway_cost', 'cost_per_active_person_high']) }}

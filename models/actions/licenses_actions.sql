-- grain: one row an action about seats: rule, department, product
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

seat_months as (
    select * from {{ ref('license_utilization_monthly') }}
    where department_key not in ('other', 'unattributed')
),

department_seats as (
    select * from seat_months
    where department_key <> 'all'
),

company_seats as (
    select * from seat_months
    where department_key = 'all'
),

shown_seats as (
    {{ shown_periods(
        'department_seats', 'month_start', ['department_key', 'product'],
        ['utilization_ratio', 'seat_holders', 'seats_active']
    ) }}
),

-- The share of the cost that falls to idle seats: an estimate from shown figures, so that it stands
-- where the exact cost of a class is hidden.
idle as (
    select
        shown_seats.*,
        seat_holders - seats_active as idle_seats,
        cast(cost as {{ type_double() }}) * (1 - utilization_ratio) as idle_cost
    from shown_seats
),

idle_seats as (
    select
        {{ action_figures(
            'idle', 'idle.month_start', 'month',
            item='idle.product',
            metric_value='idle.utilization_ratio',
            comparison_value='company_seats.utilization_ratio',
            excess='(1 - idle.utilization_ratio) / nullif(1 - rules.threshold, 0)',
            people='idle.idle_seats',
            money_a_year='12 * idle.idle_cost',
            figures={
                'idle_seats': 'idle.idle_seats',
                'seat_holders': 'idle.seat_holders',
                'seats_active': 'idle.seats_active',
                'idle_cost': 'idle.idle_cost',
            }
        ) }}
    from idle
    inner join rules
        on rules.rule_id = 'idle_seats'
    left join company_seats
        on
            idle.product = company_seats.product
            and idle.month_start = company_seats.month_start
    where idle.utilization_ratio <= rules.threshold and idle.idle_seats >= rules.minimum
),

{% for rule, class in [('seats_of_leavers', 'held_by_leaver'), ('duplicate_seats', 'duplicate')] %}
shown_{{ class }} as (
    {{ shown_periods('company_seats', 'month_start', ['department_key', 'product'], [class]) }}
),

{{ rule }} as (
    select
        {{ action_figures(
            'shown_' ~ class, 'shown_' ~ class ~ '.month_start', 'month',
            item='shown_' ~ class ~ '.product',
            metric_value='shown_' ~ class ~ '.' ~ class,
            people='shown_' ~ class ~ '.' ~ class,
            money_a_year='12 * shown_' ~ class ~ '.' ~ class ~ ' * cast(shown_' ~ class ~ '.contract_cost as '
            ~ type_double() ~ ') / nullif(shown_' ~ class ~ '.purchased, 0)',
            excess='shown_' ~ class ~ '.' ~ class ~ ' / nullif(rules.threshold, 0)'
        ) }}
    from shown_{{ class }}
    inner join rules
        on rules.rule_id = '{{ rule }}'
    where shown_{{ class }}.{{ class }} > 0 and shown_{{ class }}.{{ class }} >= rules.threshold
),

{% endfor -%}
company_months as (
    select * from {{ ref('department_usage_monthly') }}
    where department_key = 'all' and tool = 'all'
),

-- Where it is hidden how many seats are held, the least is known: there are no more holders than people, and no
-- seat is needed of a product that no person used. The contract lets go what is above its minimum.
seats_to_spare as (
    select
        company_seats.*,
        company_months.headcount,
        case
            when company_seats.reducible_at_renewal_cost is not null then 'told'
            when company_seats.seats_active = 0 then 'unused'
            when company_seats.purchased > company_months.headcount then 'more than people'
        end as reason,
        company_seats.purchased - company_seats.minimum_seats as seats_above_minimum,
        case
            when company_seats.seats_active = 0 then company_seats.purchased
            when company_seats.purchased > company_months.headcount
                then company_seats.purchased - company_months.headcount
        end as least_seats
    from company_seats
    left join company_months
        on company_seats.month_start = company_months.month_start
),

savings as (
    select
        seats_to_spare.*,
        cast(coalesce(contract_cost, cost) as {{ type_double() }}) as whole_cost,
        cast(contract_cost as {{ type_double() }}) * seats_above_minimum / nullif(purchased, 0)
            as most_by_contract,
        case
            when reason = 'told' then cast(reducible_at_renewal_cost as {{ type_double() }})
            when reason is not null then cast(contract_cost as {{ type_double() }})
                * case when least_seats < seats_above_minimum then least_seats else seats_above_minimum end
                / nullif(purchased, 0)
        end as saving
    from seats_to_spare
),

shown_savings as (
    {{ shown_periods('savings', 'month_start', ['department_key', 'product'], ['saving']) }}
),

status as (
    select cast(max(as_of) as date) as as_of_day from {{ ref('source_status') }}
),

saving_products as (
    select
        shown_savings.*,
        case
            when shown_savings.minimum_seats > 0
                then case
                    when shown_savings.saving >= shown_savings.most_by_contract - 1 then 'binding'
                    else 'lower'
                end
        end as contract_minimum,
        case when shown_savings.renewal_date >= status.as_of_day then shown_savings.renewal_date end
            as renewal_ahead
    from shown_savings
    cross join status
    inner join rules
        on rules.rule_id = 'renewal_saving'
    where
        shown_savings.whole_cost > 0
        and shown_savings.saving > 0
        and shown_savings.saving >= shown_savings.whole_cost * rules.threshold
),

saving_lines as (
    select
        month_start,
        recency,
        saving,
        whole_cost,
        {{ renewal_saving_item_en('saving_products') }} as line
    from saving_products
),

-- One finding for all products: each with its newest month that is shown, then each with the one before.
all_savings as (
    select
        'all' as department_key,
        'All departments' as department_name,
        'all' as tool,
        max(month_start) as month_start,
        recency,
        sum(saving) as saving,
        sum(whole_cost) as whole_cost,
        {{ sorted_list('line', '; ') }} as products
    from saving_lines
    group by recency
),

renewal_saving as (
    select
        {{ action_figures(
            'all_savings', 'all_savings.month_start', 'month',
            metric_value='12 * all_savings.saving',
            comparison_value='12 * all_savings.whole_cost',
            money_a_year='12 * all_savings.saving',
            excess='all_savings.saving / nullif(all_savings.whole_cost, 0) / nullif(rules.threshold, 0)',
            figures={'products': 'all_savings.products'}
        ) }}
    from all_savings
    inner join rules
        on rules.rule_id = 'renewal_saving'
    where
        all_savings.saving >= rules.minimum
        or all_savings.saving >= all_savings.whole_cost * rules.second_threshold
),

licensed_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key not in ('all', 'other', 'unattributed') and tool <> 'all'
),

shown_licences as (
    {{ shown_periods(
        'licensed_weeks', 'week_start', ['department_key', 'tool'], ['licensed_active_ratio', 'licensed_people']
    ) }}
),

{{ four_week_means(
    'four_weeks', 'shown_licences', 'licensed_weeks', ['licensed_active_ratio', 'licensed_people']
) }},

idle_licences as (
    select
        four_weeks.*,
        licensed_people_now * (1 - licensed_active_ratio_now) as people_idle,
        licensed_people_before * (1 - licensed_active_ratio_before) as people_idle_before
    from four_weeks
),

seats_used_more as (
    select
        {{ action_figures(
            'idle_licences', 'idle_licences.week_start', 'week',
            metric_value='idle_licences.licensed_active_ratio_now',
            comparison_value='idle_licences.licensed_active_ratio_before',
            excess='(idle_licences.licensed_active_ratio_now - idle_licences.licensed_active_ratio_before)
            / nullif(rules.threshold, 0)',
            people='floor(idle_licences.people_idle_before - idle_licences.people_idle + 0.500000001)',
            figures={
                'people_idle': 'idle_licences.people_idle',
                'people_idle_before': 'idle_licences.people_idle_before',
            }
        ) }}
    from idle_licences
    inner join rules
        on rules.rule_id = 'seats_used_more'
    where
        idle_licences.licensed_people_now >= rules.minimum
        and idle_licences.licensed_people_before >= rules.minimum
        and idle_licences.people_idle < idle_licences.people_idle_before
        and idle_licences.licensed_active_ratio_now
        >= idle_licences.licensed_active_ratio_before + rules.threshold
        and idle_licences.licensed_active_ratio_now - idle_licences.licensed_active_ratio_before >= 3 * sqrt(
            idle_licences.licensed_active_ratio_before * (1 - idle_licences.licensed_active_ratio_before)
            / idle_licences.licensed_people_before
        )
),

{{ all_actions(['idle_seats', 'seats_of_leavers', 'duplicate_seats', 'renewal_saving', 'seats_used_more']) }}

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
            comparison='the company',
            comparison_value='company_seats.utilization_ratio',
            excess='(1 - idle.utilization_ratio) / nullif(1 - rules.threshold, 0)',
            people='idle.idle_seats',
            money_a_year='12 * idle.idle_cost',
            detail=whole_text('idle.idle_seats') ~ " || ' of ' || " ~ whole_text('idle.seat_holders'),
            evidence="'In ' || " ~ month_text('idle.month_start') ~ " || ', '
            || " ~ whole_text('idle.seats_active') ~ " || ' of ' || " ~ whole_text('idle.seat_holders')
            ~ " || ' people with a seat of ' || " ~ tool_text('idle.tool') ~ " || ' used it'
            || coalesce('; the seats of the other ' || " ~ whole_text('idle.idle_seats')
            ~ " || ' cost about ' || " ~ money_text('idle.idle_cost') ~ " || ' a month', '') || '.'"
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

{% for rule, class, words in [
    ('seats_of_leavers', 'held_by_leaver', 'were held by people who had left'),
    ('duplicate_seats', 'duplicate', 'were a second seat of the same person'),
] %}
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
            excess='shown_' ~ class ~ '.' ~ class ~ ' / nullif(rules.threshold, 0)',
            evidence="'At the end of ' || " ~ month_text('shown_' ~ class ~ '.month_start')
            ~ " || ', ' || " ~ whole_text('shown_' ~ class ~ '.' ~ class) ~ " || ' seats of '
            || " ~ tool_text('shown_' ~ class ~ '.tool') ~ " || ' " ~ words ~ ".'"
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

saving_products as (
    select shown_savings.*
    from shown_savings
    inner join rules
        on rules.rule_id = 'renewal_saving'
    where
        shown_savings.whole_cost > 0
        and shown_savings.saving > 0
        and shown_savings.saving >= shown_savings.whole_cost * rules.threshold
),

status as (
    select cast(max(as_of) as date) as as_of_day from {{ ref('source_status') }}
),

saving_lines as (
    select
        saving_products.month_start,
        saving_products.recency,
        saving_products.saving,
        saving_products.whole_cost,
        {{ tool_text('saving_products.product') }} || ': ' || {{ money_text('saving_products.saving') }}
        || ' of ' || {{ money_text('saving_products.whole_cost') }} || ' a month in '
        || {{ month_text('saving_products.month_start') }}
        || case saving_products.reason
            when 'unused' then ', when no known person used it'
            when 'more than people'
                then ', ' || {{ whole_text('saving_products.purchased') }} || ' seats for '
                    || {{ whole_text('saving_products.headcount') }} || ' people'
            else ''
        end
        || case
            when saving_products.minimum_seats is null or saving_products.minimum_seats = 0 then ''
            when saving_products.saving >= saving_products.most_by_contract - 1
                then ', no more because of the contract minimum of '
                    || {{ whole_text('saving_products.minimum_seats') }} || ' seats'
            else ', contract minimum ' || {{ whole_text('saving_products.minimum_seats') }} || ' of '
                || {{ whole_text('saving_products.purchased') }} || ' seats'
        end
        || case
            when saving_products.renewal_date >= status.as_of_day
                then ', renewal on ' || {{ day_text('saving_products.renewal_date') }}
            else ', renewal date not known'
        end as line
    from saving_products
    cross join status
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
        {{ sorted_list('line', '; ') }} as lines
    from saving_lines
    group by recency
),

renewal_saving as (
    select
        {{ action_figures(
            'all_savings', 'all_savings.month_start', 'month',
            metric_value='12 * all_savings.saving',
            comparison='cost of these seats in a year',
            comparison_value='12 * all_savings.whole_cost',
            money_a_year='12 * all_savings.saving',
            excess='all_savings.saving / nullif(all_savings.whole_cost, 0) / nullif(rules.threshold, 0)',
            evidence="'Not needed, and above the minimum of the contract: '
            || all_savings.lines || '.'"
        ) }}
    from all_savings
    inner join rules
        on rules.rule_id = 'renewal_saving'
    where
        all_savings.saving >= rules.minimum
        or all_savings.saving >= all_savings.whole_cost * rules.second_threshold
),

{{ all_actions(['idle_seats', 'seats_of_leavers', 'duplicate_seats', 'renewal_saving']) }}

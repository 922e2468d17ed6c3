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

newest_seats as (
    {{ newest_shown(
        'department_seats', 'month_start', ['department_key', 'product'],
        ['utilization_ratio', 'seat_holders', 'seats_active']
    ) }}
),

-- The share of the cost that falls to idle seats: an estimate from shown figures, so that it stands
-- where the exact cost of a class is hidden.
idle as (
    select
        newest_seats.*,
        seat_holders - seats_active as idle_seats,
        cast(cost as {{ type_double() }}) * (1 - utilization_ratio) as idle_cost
    from newest_seats
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
            detail=whole_text('idle.idle_seats') ~ " || ' of ' || " ~ whole_text('idle.seat_holders'),
            evidence="'In the month from ' || " ~ day_text('idle.month_start') ~ " || ', '
            || " ~ whole_text('idle.seats_active') ~ " || ' of ' || " ~ whole_text('idle.seat_holders')
            ~ " || ' people with a seat of ' || " ~ tool_text('idle.tool') ~ " || ' used it'
            || coalesce('; the seats of the other ' || " ~ whole_text('idle.idle_seats')
            ~ " || ' cost about ' || " ~ money_text('idle.idle_cost') ~ ", '') || '.'"
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
newest_{{ class }} as (
    {{ newest_shown('company_seats', 'month_start', ['department_key', 'product'], [class]) }}
),

{{ rule }} as (
    select
        {{ action_figures(
            'newest_' ~ class, 'newest_' ~ class ~ '.month_start', 'month',
            item='newest_' ~ class ~ '.product',
            metric_value='newest_' ~ class ~ '.' ~ class,
            excess='newest_' ~ class ~ '.' ~ class ~ ' / nullif(rules.threshold, 0)',
            evidence="'At the end of the month from ' || " ~ day_text('newest_' ~ class ~ '.month_start')
            ~ " || ', ' || " ~ whole_text('newest_' ~ class ~ '.' ~ class) ~ " || ' seats of '
            || " ~ tool_text('newest_' ~ class ~ '.tool') ~ " || ' " ~ words ~ ".'"
        ) }}
    from newest_{{ class }}
    inner join rules
        on rules.rule_id = '{{ rule }}'
    where newest_{{ class }}.{{ class }} > 0 and newest_{{ class }}.{{ class }} >= rules.threshold
),

{% endfor -%}
newest_savings as (
    {{ newest_shown(
        'company_seats', 'month_start', ['department_key', 'product'], ['reducible_at_renewal_cost', 'cost']
    ) }}
),

renewal_saving as (
    select
        {{ action_figures(
            'newest_savings', 'newest_savings.month_start', 'month',
            item='newest_savings.product',
            metric_value='newest_savings.reducible_at_renewal_cost',
            comparison='cost of the month',
            comparison_value='newest_savings.cost',
            excess='cast(newest_savings.reducible_at_renewal_cost as ' ~ type_double() ~ ')
            / cast(newest_savings.cost as ' ~ type_double() ~ ') / nullif(rules.threshold, 0)',
            evidence="'Seats of ' || " ~ tool_text('newest_savings.tool') ~ " || ' cost '
            || " ~ money_text('newest_savings.cost') ~ " || ' in the month from '
            || " ~ day_text('newest_savings.month_start') ~ " || '; '
            || " ~ money_text('newest_savings.reducible_at_renewal_cost')
            ~ " || ' a month are for seats that are unassigned or idle and above the minimum of the contract.'"
        ) }}
    from newest_savings
    inner join rules
        on rules.rule_id = 'renewal_saving'
    where
        newest_savings.cost > 0
        and newest_savings.reducible_at_renewal_cost >= newest_savings.cost * rules.threshold
        and newest_savings.reducible_at_renewal_cost >= rules.minimum
),

{{ all_actions(['idle_seats', 'seats_of_leavers', 'duplicate_seats', 'renewal_saving']) }}

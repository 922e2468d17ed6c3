{#-
    What readers see, for the audit: one entry per published table of figures.

    period, period_type: its period column and kind
    tool, item:          expressions of the cell's tool and item
    measures:            published column or expression -> measure of suppression_cells; only
                         figures that are shown as they are
-#}
{% macro published_tables() -%}
    {%- set use = {
        'licensed_people': 'licensed_people', 'active_people': 'active_people', 'accounts': 'accounts',
        'sessions': 'sessions', 'user_messages': 'user_messages',
    } -%}
    {%- set buckets = {} -%}
    {%- for bucket in token_buckets() + ['credits'] -%}
        {%- do buckets.update({bucket: bucket}) -%}
    {%- endfor -%}
    {%- set stages = {} -%}
    {%- for stage in adoption_stages() -%}
        {%- do stages.update({stage: stage}) -%}
    {%- endfor -%}
    {%- set seats = {
        'seat_days': 'seat_days', 'seats_active': 'seats_active',
        'coalesce(seat_holders, accounts)': 'seat_holders',
        'cost': 'seat_cost', 'reassignable_cost': 'reassignable_cost',
    } -%}
    {%- for class in seat_classes() -%}
        {%- do seats.update({class: class}) -%}
    {%- endfor -%}
    {{ return([
        {'table': 'department_usage_weekly', 'period': 'week_start', 'period_type': 'week',
         'tool': 'tool', 'item': "''", 'measures': use},
        {'table': 'department_usage_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': 'tool', 'item': "''", 'measures': use},
        {'table': 'prompt_length_weekly', 'period': 'week_start', 'period_type': 'week',
         'tool': 'tool', 'item': "''", 'measures': {'measured_messages': 'measured_messages'}},
        {'table': 'department_tokens_weekly', 'period': 'week_start', 'period_type': 'week',
         'tool': 'tool', 'item': "''", 'measures': buckets},
        {'table': 'department_cost_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': 'tool', 'item': 'cost_basis', 'measures': {'cost': 'cost'}},
        {'table': 'adoption_funnel_weekly', 'period': 'week_start', 'period_type': 'week',
         'tool': 'tool', 'item': "''", 'measures': stages},
        {'table': 'power_users_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': 'tool', 'item': "''", 'measures': {'power_users': 'power_people'}},
        {'table': 'license_utilization_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': 'tool', 'item': 'product', 'measures': seats},
        {'table': 'model_mix_weekly', 'period': 'week_start', 'period_type': 'week',
         'tool': 'tool', 'item': 'model_family', 'measures': {'value': 'model_use'}},
        {'table': 'feature_usage_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': 'tool', 'item': 'feature', 'measures': {'people': 'feature_people'}},
        {'table': 'task_mix_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': "'all'", 'item': 'task_category', 'measures': {'people': 'task_people'}},
        {'table': 'usage_rhythm_monthly', 'period': 'month_start', 'period_type': 'month',
         'tool': "'all'", 'item': "''", 'measures': {'day_off_people': 'day_off_people'}},
    ]) }}
{%- endmacro %}


{#- Published figures as long cells: table, period, unit, tool, item, measure, shown value or NULL. -#}
{% macro published_cells() -%}
    {%- for entry in published_tables() %}
    {%- set last_table = loop.last %}
    {%- for column, measure in entry.measures.items() %}
    select
        '{{ entry.table }}' as published_table,
        '{{ entry.period_type }}' as period_type,
        {{ entry.period }} as period_start,
        department_key as unit_key,
        {{ entry.tool }} as tool,
        '{{ measure }}' as measure,
        {{ entry.item }} as item,
        cast({{ column }} as {{ type_money() }}) as shown_value
    from {{ ref(entry.table) }}
    {{- "\n\n    union all\n" if not (loop.last and last_table) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

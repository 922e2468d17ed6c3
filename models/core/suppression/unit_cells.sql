-- grain: one row per figure with contributors (period, unit, tool, measure, item), exact, of every family
-- Figures of different marts stand here side by side, so that one mask serves them all.
with people_figures as (
    select * from {{ ref('unit_figures_of_people') }}
),

account_figures as (
    select * from {{ ref('unit_figures_of_accounts') }}
),

model_figures as (
    select * from {{ ref('unit_figures_of_models') }}
),

cost_figures as (
    select * from {{ ref('unit_figures_of_costs') }}
    where unit_key <> 'unallocated'
),

seat_figures as (
    select * from {{ ref('unit_figures_of_seats') }}
),

stage_figures as (
    select
        unit_stages.*,
        'week' as period_type,
        unit_stages.week_start as period_start
    from {{ ref('unit_adoption_stages') }} as unit_stages
),

power_figures as (
    select
        unit_power_users.*,
        'month' as period_type,
        unit_power_users.month_start as period_start
    from {{ ref('unit_power_users') }} as unit_power_users
),

feature_figures as (
    select * from {{ ref('unit_figures_of_features') }}
),

task_figures as (
    select * from {{ ref('unit_figures_of_tasks') }}
),

day_off_figures as (
    select * from {{ ref('unit_figures_of_days_off') }}
),

use_cells as (
    {{ cells_of('people_figures', usage_measures() + unshown_measures()) }}

    union all

    {{ cells_of('account_figures', account_measures()) }}

    union all

    {{ cells_of('stage_figures', stage_measures()) }}

    union all

    {{ cells_of('power_figures', power_measures()) }}

    union all

    {{ cells_of('day_off_figures', rhythm_measures()) }}
),

model_cells as (
    {{ cells_of('model_figures', model_measures(), item='item') }}
),

cost_cells as (
    {{ cells_of('cost_figures', cost_measures(), item='item') }}
),

seat_cells as (
    {{ cells_of('seat_figures', seat_measures(), item='item') }}
),

feature_cells as (
    {{ cells_of('feature_figures', feature_measures(), item='item') }}

    union all

    {{ cells_of('task_figures', task_measures(), item='item') }}
),

-- The cost of a tool's seats is the sum over its products: a line of its own.
product_costs as (
    select * from seat_cells
    where measure = 'seat_cost'
),

final as (
    select * from use_cells
    union all
    select * from model_cells
    union all
    select * from cost_cells
    union all
    select * from seat_cells
    union all
    select * from feature_cells
    union all
    select
        {%- for column in figure_columns() %}
        {% if column == 'measure' -%}
        'product_cost' as measure
        {%- elif column == 'part_group' -%}
        'seat_product' as part_group
        {%- elif column == 'is_part_total' -%}
        false as is_part_total
        {%- else -%}
        {{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from product_costs
)

select * from final

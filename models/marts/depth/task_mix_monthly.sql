-- grain: one row per month, department (reporting unit) and category of tasks that the company has
-- `unclassified` has a row always.
{%- set keys = ['period_start', 'unit_key', 'item'] %}
with figures as (
    select * from {{ ref('unit_figures_of_tasks') }}
),

use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month' and unit_key <> 'unattributed' and tool = 'all' and has_activity
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'month' and measure = 'task_people'
),

tasks as (
    select
        period_start,
        item
    from figures
    where unit_key = 'all'

    union distinct

    select
        period_start,
        'unclassified' as item
    from use_figures
    where unit_key = 'all'
),

rows_of_tasks as (
    select
        use_figures.unit_key,
        use_figures.unit_name,
        tasks.item,
        use_figures.period_start,
        use_figures.period_state,
        use_figures.is_complete,
        use_figures.active_people,
        use_figures.active_people_hidden,
        use_figures.active_tools,
        case when hidden_cells.item is null then 0 else 1 end as people_hidden,
        case when hidden_cells.item is null then coalesce(figures.task_people, 0) end as people
    from use_figures
    inner join tasks
        on use_figures.period_start = tasks.period_start
    {%- for relation in ['figures', 'hidden_cells'] %}
    left join {{ relation }}
        on
            {%- for key in keys %}
            {%- set spine = 'tasks' if key == 'item' else 'use_figures' %}
            {{ 'and ' if not loop.first }}{{ spine }}.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        item as task_category,
        'tool_map' as method,
        period_start as month_start,
        cast(people as {{ dbt.type_bigint() }}) as people,
        {{ plain_ratio('people', 'active_people') }} as share,
        active_tools as tools_included,
        period_state,
        is_complete as is_complete_month,
        people_hidden + active_people_hidden > 0 as is_suppressed
    from rows_of_tasks
)

select * from final

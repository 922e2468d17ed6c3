-- grain: one row per month, department (reporting unit), tool and feature that anybody in the company used
-- Every department has a row for each feature in use: a missing row would tell what a mask hides.
{%- set keys = ['period_start', 'unit_key', 'tool', 'item'] %}
with figures as (
    select * from {{ ref('unit_figures_of_features') }}
),

use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month' and unit_key <> 'unattributed' and tool <> 'all' and has_activity
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'month' and measure = 'feature_people'
),

features as (
    select
        period_start,
        tool,
        item
    from figures
    where unit_key = 'all'
),

rows_of_features as (
    select
        use_figures.unit_key,
        use_figures.unit_name,
        use_figures.tool,
        features.item,
        use_figures.period_start,
        use_figures.period_state,
        use_figures.is_complete,
        use_figures.active_people,
        use_figures.active_people_hidden,
        case when hidden_cells.item is null then 0 else 1 end as people_hidden,
        case when hidden_cells.item is null then coalesce(figures.feature_people, 0) end as people
    from use_figures
    inner join features
        on
            use_figures.period_start = features.period_start
            and use_figures.tool = features.tool
    {%- for relation in ['figures', 'hidden_cells'] %}
    left join {{ relation }}
        on
            {%- for key in keys %}
            {%- set spine = 'features' if key == 'item' else 'use_figures' %}
            {{ 'and ' if not loop.first }}{{ spine }}.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        item as feature,
        period_start as month_start,
        cast(people as {{ dbt.type_bigint() }}) as people,
        {{ plain_ratio('people', 'active_people') }} as share,
        period_state,
        is_complete as is_complete_month,
        people_hidden + active_people_hidden > 0 as is_suppressed
    from rows_of_features
)

select * from final

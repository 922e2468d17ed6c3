-- grain: one row per week, department (reporting unit), tool and model family that the company used
-- Every department has a row for each family in use: a missing row would tell what a mask hides.
with families as (
    select * from {{ ref('model_family_weeks') }}
),

spine as (
    select * from {{ ref('unit_spine') }}
    where period_type = 'week' and unit_key <> 'unattributed' and tool <> 'all'
),

figures as (
    select * from {{ ref('unit_figures_of_models') }}
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where measure = 'model_use'
),

figure_rows as (
    select
        spine.unit_key,
        spine.unit_name,
        spine.tool,
        spine.period_start,
        spine.period_state,
        spine.is_complete,
        families.model_family,
        families.measure,
        families.tier,
        coalesce(family_figures.model_use, 0) as model_use,
        coalesce(all_figures.model_use, 0) as all_use,
        hidden_families.item is not null as is_hidden,
        hidden_alls.item is not null as is_all_hidden
    from spine
    inner join families
        on
            spine.period_start = families.week_start
            and spine.tool = families.tool
    {%- for name, item in {'family': 'families.model_family', 'all': "'all'"}.items() %}
    left join figures as {{ name }}_figures
        on
            spine.period_start = {{ name }}_figures.period_start
            and spine.unit_key = {{ name }}_figures.unit_key
            and spine.tool = {{ name }}_figures.tool
            and {{ name }}_figures.item = {{ item }}
    {%- set hidden = {'family': 'hidden_families', 'all': 'hidden_alls'}[name] %}
    left join hidden_cells as {{ hidden }}
        on
            spine.period_start = {{ hidden }}.period_start
            and spine.unit_key = {{ hidden }}.unit_key
            and spine.tool = {{ hidden }}.tool
            and {{ hidden }}.item = {{ item }}
    {%- endfor %}
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        model_family,
        period_start as week_start,
        tier,
        measure,
        case when not is_hidden then cast(model_use as {{ dbt.type_bigint() }}) end as value,
        case when not is_hidden and not is_all_hidden then {{ plain_ratio('model_use', 'all_use') }} end
            as share,
        period_state,
        is_complete as is_complete_week,
        is_hidden or is_all_hidden as is_suppressed
    from figure_rows
)

select * from final

-- grain: one row a week, department (reporting unit) and tool: current holders by stage reached
-- Exclusive classes (deepest stage) are merged where small; a stage whose edge lies between merged
-- classes is NULL. All stages are rounded to 5, so that the funnel stays monotone.
{%- set classes = ['only_deep', 'only_habitual', 'only_repeat_use', 'only_first_use', 'only_assigned'] %}
{%- set stages = ['deep', 'habitual', 'repeat_use', 'first_use', 'assigned'] %}
with spine as (
    select * from {{ ref('unit_spine') }}
    where period_type = 'week' and unit_key <> 'unattributed' and has_activity and gives_licences
),

unit_stages as (
    select * from {{ ref('unit_adoption_stages') }}
),

product_weeks as (
    select * from {{ ref('product_weeks') }}
),

class_counts as (
    select
        spine.unit_key,
        spine.unit_name,
        spine.tool,
        spine.period_start,
        spine.period_state,
        spine.is_complete,
        cast(
            floor(
                {{ days_between('spine.first_day', 'spine.period_end') }}
                / 7.0
            ) as {{ dbt.type_int() }}
        ) as weeks_observed,
        {%- for class in classes %}
        coalesce(unit_stages.{{ class }}, 0) as {{ class }}{{ ',' if not loop.last }}
        {%- endfor %}
    from spine
    left join unit_stages
        on
            spine.period_start = unit_stages.week_start
            and spine.unit_key = unit_stages.unit_key
            and spine.tool = unit_stages.tool
),

{{ merged_classes('class_counts', classes) }},

staged as (
    select
        merged.*,
        {%- for stage in stages %}
        {%- set class = classes[loop.index0] %}
        case
            {%- if loop.index0 < 3 %}
            when weeks_observed < 4 then null
            {%- endif %}
            {%- if loop.last %}
            when {{ classes | join(' + ') }} between 1 and {{ suppression_k() - 1 }} then null
            {%- else %}
            when {{ class }}_merged is null or {{ class }}_takes_rest then null
            {%- endif %}
            else {{ rounded_people('(' ~ classes[:loop.index] | join(' + ') ~ ')') }}
        end as {{ stage }}{{ ',' if not loop.last }}
        {%- endfor %}
    from merged
),

steps as (
    select
        staged.*,
        case when staged.unit_key = 'all' then product_weeks.purchased_seats end as purchased,
        {%- for stage in stages[:-1] %}
        {{ plain_ratio(stage, stages[loop.index]) }} as {{ stage }}_step{{ ',' if not loop.last }}
        {%- endfor %}
    from staged
    left join product_weeks
        on
            staged.period_start = product_weeks.week_start
            and staged.tool = product_weeks.tool
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        period_start as week_start,
        cast(purchased as {{ dbt.type_bigint() }}) as purchased,
        {%- for stage in stages | reverse %}
        {{ stage }},
        {%- endfor %}
        -- The stage that loses most of those who reached the one before; ties go to the earlier one.
        case
            {%- for stage in stages[:-1] | reverse %}
            when
                {{ stage }}_step < 1
                {%- for other in stages[:-1] if other != stage %}
                and {{ stage }}_step <= coalesce({{ other }}_step, 1)
                {%- endfor %}
                then '{{ stage }}'
            {%- endfor %}
        end as bottleneck_stage,
        weeks_observed,
        period_state,
        is_complete as is_complete_week,
        {%- for stage in stages %}
        {{ '(' if loop.first else ' or ' }}(
            {%- if loop.index0 < 3 -%}
            weeks_observed >= 4 and {% endif -%}
            {{ stage }} is null)
        {%- endfor %}) as is_suppressed
    from steps
)

select * from final

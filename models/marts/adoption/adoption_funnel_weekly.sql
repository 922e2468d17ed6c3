-- grain: one row per week, department (reporting unit) and tool: current holders by stage reached
-- Each stage is a count of people behind the masks, like the licences it is made of.
{%- set stages = adoption_stages() %}
{%- set keys = ['period_start', 'unit_key', 'tool'] %}
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

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'week'
),

flags as (
    {{ hidden_flags('hidden_cells', keys, stage_measures()) }}
),

observed as (
    select
        *,
        {{ weeks_observed('first_day', 'period_end') }} as weeks_observed
    from spine
),

-- Repeat use and what follows need four weeks. A week whose use was not read tells of holders alone.
figures as (
    select
        observed.unit_key,
        observed.unit_name,
        observed.tool,
        observed.period_start,
        observed.period_state,
        observed.is_complete,
        observed.weeks_observed,
        {%- for stage in stages %}
        {%- if loop.first %}
        coalesce(unit_stages.{{ stage }}, 0) as {{ stage }},
        {%- elif loop.index0 == 1 %}
        case when observed.gives_active then coalesce(unit_stages.{{ stage }}, 0) end as {{ stage }},
        {%- else %}
        case
            when observed.gives_active and observed.weeks_observed >= 4
                then coalesce(unit_stages.{{ stage }}, 0)
        end as {{ stage }}
        {{- ',' if not loop.last }}
        {%- endif %}
        {%- endfor %}
    from observed
    left join unit_stages
        on
            observed.period_start = unit_stages.week_start
            and observed.unit_key = unit_stages.unit_key
            and observed.tool = unit_stages.tool
),

-- Where the holders or a stage are hidden, a zero would tell that somebody reached the hidden one. Other stages
-- are shown as the masks have them, which is how the linear audit reads them.
staged as (
    select
        figures.unit_key,
        figures.unit_name,
        figures.tool,
        figures.period_start,
        figures.period_state,
        figures.is_complete,
        figures.weeks_observed,
        {%- for stage in stages %}
        {%- if loop.first %}
        {{ masked(stage) }},
        {%- else %}
        case
            when
                coalesce(flags.{{ stage }}_hidden, 0) = 0
                and (
                    figures.{{ stage }} > 0
                    or
                    {%- for other in stages %}
                    {{ '+ ' if not loop.first }}coalesce(flags.{{ other }}_hidden, 0)
                    {%- endfor %} = 0
                )
                then figures.{{ stage }}
        end as {{ stage }},
        coalesce(flags.{{ stage }}_hidden, 0) as {{ stage }}_hidden{{ ',' if not loop.last }}
        {%- endif %}
        {%- endfor %}
    from figures
    left join flags
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}figures.{{ key }} = flags.{{ key }}
            {%- endfor %}
),

steps as (
    select
        staged.*,
        case when staged.unit_key = 'all' then product_weeks.purchased_seats end as purchased,
        {%- for stage in stages[1:] %}
        {{ plain_ratio(stage, stages[loop.index0]) }} as {{ stage }}_step{{ ',' if not loop.last }}
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
        {%- for stage in stages %}
        cast({{ stage }} as {{ dbt.type_bigint() }}) as {{ stage }},
        {%- endfor %}
        -- The stage that loses most of those who reached the one before; ties go to the earlier one. Few people
        -- are power users by definition, so the step to `deep` is none.
        case
            {%- for stage in stages[1:-1] %}
            when
                {{ stage }}_step < 1
                {%- for other in stages[1:-1] if other != stage %}
                and {{ stage }}_step <= coalesce({{ other }}_step, 1)
                {%- endfor %}
                then '{{ stage }}'
            {%- endfor %}
        end as bottleneck_stage,
        weeks_observed,
        period_state,
        is_complete as is_complete_week,
        {{ any_hidden(stage_measures() | map(attribute='name') | list) }} as is_suppressed
    from steps
)

select * from final

-- grain: one row per day, kind, department (reporting unit), tool and label
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
{{ config(tags=['derived']) }}
with company_calendar as (
    select * from {{ ref('company_calendar') }}
),

rollouts as (
    select * from {{ ref('mart_rollouts') }}
),

model_use as (
    select * from {{ ref('model_mix_weekly') }}
    where department_key = 'all' and is_complete_week and value > 0
),

shown_families as (
    select
        tool,
        model_family,
        min(week_start) as first_week
    from model_use
    group by tool, model_family
),

shown_tools as (
    select
        tool,
        min(first_week) as first_week
    from shown_families
    group by tool
),

dated as (
    select
        event_date,
        kind,
        department_key,
        department_name,
        tool,
        label,
        model_family,
        source
    from company_calendar
    -- The price of a model says something about the company only where it is shown to use it.
    where model_family is null or model_family in (select families.model_family from shown_families as families)

    union all

    select
        rollout_date as event_date,
        'rollout' as kind,
        department_key,
        department_name,
        tool,
        {{ tool_text('tool') }} || ' given to ' || department_name as label,
        cast(null as {{ dbt.type_string() }}) as model_family,
        'rollouts.csv' as source
    from rollouts
    where rollout_date is not null

    union all

    -- What is there in the first week of a tool was there before.
    select
        shown_families.first_week as event_date,
        'model' as kind,
        'all' as department_key,
        'All departments' as department_name,
        shown_families.tool,
        'First week of ' || shown_families.model_family as label,
        shown_families.model_family,
        'model_mix_weekly' as source
    from shown_families
    inner join shown_tools
        on shown_families.tool = shown_tools.tool
    where
        shown_families.first_week > shown_tools.first_week
        and shown_families.model_family not in ('others', 'unlisted')
),

final as (
    select
        event_date,
        case
            when department_key <> 'all' then 'department'
            when tool <> 'all' then 'tool'
            else 'company'
        end as scope,
        department_key,
        department_name,
        tool,
        kind,
        label,
        model_family,
        source
    from dated
)

select * from final

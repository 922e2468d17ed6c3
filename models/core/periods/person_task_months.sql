-- grain: one row per month, person active in it and category of tasks, `unclassified` included
-- A day of use in a tool stands for the categories of the features used on it, and for that of the whole tool.
-- A day for which the map names none is unclassified, whatever the person did on other days and in other tools.
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

feature_days as (
    select * from {{ ref('fct_features_daily') }}
),

task_map as (
    select * from {{ ref('int_task_map') }}
),

person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month' and active_people = 1
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

-- Days in tools whose use was read in the month.
active_days as (
    select
        person_months.period_start as month_start,
        usage_days.person_key,
        person_months.unit_key,
        usage_days.tool,
        usage_days.activity_date
    from usage_days
    inner join person_months
        on
            usage_days.person_key = person_months.person_key
            and usage_days.tool = person_months.tool
            and {{ month_start('usage_days.activity_date') }} = person_months.period_start
    where {{ is_rebuilt('month', month_start('usage_days.activity_date')) }}
),

classified_days as (
    select
        active_days.*,
        task_map.task_category
    from active_days
    inner join task_map
        on
            active_days.tool = task_map.tool
            and task_map.feature = ''

    union all

    select
        active_days.*,
        task_map.task_category
    from active_days
    inner join feature_days
        on
            active_days.person_key = feature_days.person_key
            and active_days.tool = feature_days.tool
            and active_days.activity_date = feature_days.activity_date
    inner join task_map
        on
            feature_days.tool = task_map.tool
            and feature_days.feature = task_map.feature
),

all_days as (
    select
        month_start,
        person_key,
        unit_key,
        tool,
        activity_date,
        task_category
    from classified_days

    union all

    select
        active_days.month_start,
        active_days.person_key,
        active_days.unit_key,
        active_days.tool,
        active_days.activity_date,
        'unclassified' as task_category
    from active_days
    left join classified_days
        on
            active_days.person_key = classified_days.person_key
            and active_days.tool = classified_days.tool
            and active_days.activity_date = classified_days.activity_date
    where classified_days.person_key is null
),

final as (
    select distinct
        month_start,
        person_key,
        unit_key,
        task_category
    from all_days
)

select * from final

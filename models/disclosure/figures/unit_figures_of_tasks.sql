-- grain: one row per month, reporting unit (company included) and category of tasks: exact people, all tools
with person_tasks as (
    select * from {{ ref('person_task_months') }}
),

unit_rows as (
    select
        month_start,
        unit_key,
        task_category
    from person_tasks
    where unit_key is not null

    union all

    select
        month_start,
        'all' as unit_key,
        task_category
    from person_tasks
),

final as (
    select
        'month' as period_type,
        month_start as period_start,
        unit_key,
        'all' as tool,
        task_category as item,
        count(*) as task_people
    from unit_rows
    group by month_start, unit_key, task_category
)

select * from final

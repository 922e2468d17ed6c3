-- grain: One row per feature of a tool, or tool as a whole: the category of tasks that its use
-- stands for.
with source as (
    select * from {{ source('company', 'task_map') }}
),

final as (
    select
        tenant,
        tool,
        feature,
        task_category
    from source
)

select * from final

-- grain: one row per tool and feature, or whole tool (feature ''): the category of tasks that it stands for
-- A line of the company's file takes the place of the reference's; one without a category takes it away.
with reference_map as (
    select
        tool,
        coalesce(feature, '') as feature,
        task_category
    from {{ ref('task_map') }}
),

company_map as (
    select
        tool,
        coalesce(feature, '') as feature,
        task_category
    from {{ ref('stg_company__task_map') }}
),

stacked as (
    select * from company_map

    union all

    select reference_map.*
    from reference_map
    left join company_map
        on
            reference_map.tool = company_map.tool
            and reference_map.feature = company_map.feature
    where company_map.tool is null
),

final as (
    select * from stacked
    where task_category is not null and task_category <> 'unclassified'
)

select * from final

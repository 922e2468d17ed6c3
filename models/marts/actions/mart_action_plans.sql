-- grain: one row per recommended action that the company has taken up
{{ config(alias='action_plans') }}
with plans as (
    select * from {{ ref('stg_company__actions') }}
),

final as (
    select
        action_id,
        action_state,
        owner,
        due_date
    from plans
)

select * from final

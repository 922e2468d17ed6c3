-- grain: Money of a UTC day by project, user, key and line item.
with source as (
    select * from {{ source('openai_api', 'cost_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        attribution,
        user_token,
        key_token,
        without_projects,
        project_token,
        line_item,
        model,
        net_amount,
        currency
    from source
)

select * from final

-- grain: One row a project of the organization on a snapshot day.
with source as (
    select * from {{ source('openai_api', 'projects') }}
),

final as (
    select
        tenant,
        scope,
        day,
        project_token,
        status
    from source
)

select * from final

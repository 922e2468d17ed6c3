-- grain: One row a key of a project on a snapshot day.
with source as (
    select * from {{ source('openai_api', 'api_keys') }}
),

final as (
    select
        tenant,
        scope,
        day,
        key_token,
        owner_token,
        is_service_account,
        project_token
    from source
)

select * from final

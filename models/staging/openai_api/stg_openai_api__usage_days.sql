-- grain: Tokens and requests of a UTC day by report, project, user, key and model.
with source as (
    select * from {{ source('openai_api', 'usage_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        report,
        user_token,
        key_token,
        without_projects,
        project_token,
        model,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        requests
    from source
)

select * from final

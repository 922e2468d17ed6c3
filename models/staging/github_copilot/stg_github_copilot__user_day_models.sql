-- grain: One row per user, vendor day, model and feature (chat only). An alternative cut of
-- user_days.
with source as (
    select * from {{ source('github_copilot', 'user_day_models') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        model,
        feature,
        user_initiated_interactions,
        code_generations,
        code_acceptances
    from source
)

select * from final

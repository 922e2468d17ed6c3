-- grain: One row per user, vendor day and feature. An alternative cut of user_days, never added to
-- it.
with source as (
    select * from {{ source('github_copilot', 'user_day_features') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        feature,
        user_initiated_interactions,
        code_generations,
        code_acceptances,
        lines_added,
        lines_deleted
    from source
)

select * from final

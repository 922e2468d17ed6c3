-- grain: one row per user and vendor day (UTC)
{{ config(materialized='view') }}

with user_days as (
    select * from {{ ref('stg_github_copilot__user_days') }}
),

ranked_user_days as (
    -- An organisation's report holds a user's whole activity, in every organisation of the user:
    -- one report counts. `enterprise…` sorts before `organization…`.
    select
        *,
        row_number() over (partition by tenant, user_token, day order by scope) as report_rank
    from user_days
),

final as (
    select * from ranked_user_days
    where report_rank = 1
)

select * from final

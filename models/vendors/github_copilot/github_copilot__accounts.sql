-- grain: one row per GitHub user in reports and seats; rows repeat
{{ config(materialized='ephemeral') }}

with users as (
    select user_token from {{ ref('stg_github_copilot__user_days') }}

    union all

    select user_token from {{ ref('stg_github_copilot__seats') }}
),

final as (
    select
        {{ port_columns('accounts', {'namespace': "'github-user'", 'id_token': 'user_token'}) }}
    from users
)

select * from final

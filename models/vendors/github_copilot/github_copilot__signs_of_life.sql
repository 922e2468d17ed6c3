-- grain: one row per user and day with the seat's last activity, or with suggestions shown
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

-- Who is shown suggestions has the tool at work; an automatic review needs nobody.
signs as (
    select
        user_token,
        cast(last_activity_at as date) as activity_date
    from {{ ref('stg_github_copilot__seats') }}
    where user_token is not null and last_activity_at is not null

    union all

    select
        user_token,
        day as activity_date
    from {{ ref('int_github_copilot_user_days') }}
    where code_generations > 0
),

final as (
    select
        {{ port_columns(
            'signs_of_life',
            ['account_key', 'activity_date'],
            {'tool': "'github_copilot'", 'is_use': 'false'},
        ) }}
    from signs
    inner join accounts
        on signs.user_token = accounts.id_token
)

select * from final

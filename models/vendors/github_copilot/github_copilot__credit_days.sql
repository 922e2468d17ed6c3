-- grain: one row per user and vendor day
{{ config(materialized='ephemeral') }}

with user_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
    where ai_credits_used > 0
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

final as (
    select
        {{ port_columns(
            'credit_days',
            {
                'account_key': 'accounts.account_key',
                'tool': "'github_copilot'",
                'unit': "'github_ai_credit'",
                'credits': 'user_days.ai_credits_used',
                'usage_date': 'user_days.day',
            },
        ) }}
    from user_days
    left join accounts
        on user_days.user_token = accounts.id_token
)

select * from final

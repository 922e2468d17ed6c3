-- grain: one row per account of the log's events and the analytics' days; rows repeat
-- An API key has one account, and so have events that name nobody.
{{ config(materialized='ephemeral') }}

with accounts as (
    select
        user_token,
        email_token,
        actor_type,
        message_date as seen_on
    from {{ ref('stg_codex__log_events') }}

    union all

    select
        user_token,
        email_token,
        'account_user' as actor_type,
        day as seen_on
    from {{ ref('stg_codex__user_days') }}
),

final as (
    select
        {{ port_columns(
            'accounts',
            {
                'namespace': "case
                    when user_token is not null then 'vendor-user/codex'
                    when email_token is not null then 'person-email'
                    when actor_type = 'api_key' then 'api-key'
                    else 'unidentified'
                end",
                'id_token': codex_account_token('accounts', 'actor_type'),
                'seen_on': 'seen_on',
            },
        ) }}
    from accounts
)

select * from final

-- grain: one row per account and UTC day of completions shown, of the vendor's mark, or of requests
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'cursor'
),

signs as (
    select
        coalesce(user_token, email_token) as account_token,
        false as is_use,
        day
    from {{ ref('stg_cursor__daily_usage') }}
    where is_active or tabs_shown > 0

    union all

    select
        account_token,
        true as is_use,
        day
    from {{ ref('int_cursor_events') }}
),

final as (
    select
        {{ port_columns(
            'signs_of_life',
            ['account_key', 'is_use'],
            {'tool': "'cursor'", 'activity_date': 'signs.day'},
        ) }}
    from signs
    inner join accounts
        on signs.account_token = accounts.id_token
)

select * from final

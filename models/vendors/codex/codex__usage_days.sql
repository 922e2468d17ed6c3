-- grain: one row per account and UTC day of the analytics: what the log does not tell of it
{{ config(materialized='ephemeral') }}

with user_days as (
    select * from {{ ref('stg_codex__user_days') }}
),

-- Of a day whose log files were read, prompts come from the log.
log_days as (
    select distinct
        tenant,
        day
    from {{ ref('stg_ops__loaded_days') }}
    where source = 'codex' and resource = 'log_files/CODEX_LOG' and status = 'ok'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'codex'
),

-- A turn that a program began is no act of a person.
client_turns as (
    select
        tenant,
        day,
        coalesce(user_token, email_token, 'account_user') as account_token,
        {{ total('case when is_automated then 0 else turns end') }} as turns
    from {{ ref('stg_codex__user_day_clients') }}
    group by tenant, day, coalesce(user_token, email_token, 'account_user')
),

told_days as (
    select
        accounts.account_key,
        case when log_days.day is null then client_turns.turns end as turns,
        user_days.lines_added,
        user_days.day
    from user_days
    inner join accounts
        on coalesce(user_days.user_token, user_days.email_token, 'account_user') = accounts.id_token
    left join client_turns
        on
            user_days.tenant = client_turns.tenant
            and user_days.day = client_turns.day
            and accounts.id_token = client_turns.account_token
    left join log_days
        on
            user_days.tenant = log_days.tenant
            and user_days.day = log_days.day
),

final as (
    select
        {{ port_columns(
            'usage_days',
            {
                'account_key': 'account_key',
                'tool': "'codex'",
                'user_messages': 'turns',
                'lines_accepted': 'lines_added',
                'is_active': 'coalesce(turns, 0) > 0',
                'date_basis': "'vendor_day'",
                'activity_date': 'day',
            },
        ) }}
    from told_days
    where turns > 0 or lines_added > 0
)

select * from final

-- grain: one row per account and UTC day of the analytics: what the log does not tell of it
{{ config(materialized='ephemeral') }}

with user_days as (
    select * from {{ ref('stg_codex__user_days') }}
),

-- Of a day whose log files were read, prompts come from the log.
log_days as (
    {{ codex_days_of('log_files/CODEX_LOG') }}
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
        {{ codex_account_token('clients') }} as account_token,
        {{ total('case when is_automated then 0 else turns end') }} as turns
    from {{ ref('stg_codex__user_day_clients') }} as clients
    group by tenant, day, {{ codex_account_token('clients') }}
),

told_days as (
    select
        accounts.account_key,
        case when log_days.day is null then client_turns.turns end as turns,
        user_days.lines_added,
        user_days.day
    from user_days
    inner join accounts
        on {{ codex_account_token('user_days') }} = accounts.id_token
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

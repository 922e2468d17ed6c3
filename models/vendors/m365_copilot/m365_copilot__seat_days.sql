-- grain: one row per user and day on which the directory lists the licence
{{ config(materialized='ephemeral') }}

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
    where source = 'm365_copilot' and resource = 'users'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'm365_copilot' and namespace = 'entra-object'
),

listed as (
    select
        users.tenant,
        users.scope,
        users.user_token as holder_token,
        users.day,
        snapshot_dates.snapshot_number
    from {{ ref('stg_m365_copilot__users') }} as users
    inner join snapshot_dates
        on
            users.tenant = snapshot_dates.tenant
            and users.scope = snapshot_dates.scope
            and users.day = snapshot_dates.seat_date
            and not snapshot_dates.is_carried
    where users.has_copilot_license
),

-- Microsoft gives no date of assignment.
{{ unbroken_runs() }},

final as (
    select
        {{ port_columns(
            'seat_days',
            {
                'account_key': 'accounts.account_key',
                'tenant': 'runs.tenant',
                'product': "'m365_copilot'",
                'tool': "'m365_copilot'",
                'assigned_at': 'runs.assigned_on',
                'is_carried': 'snapshot_dates.is_carried',
                'seat_date': 'snapshot_dates.seat_date',
            },
        ) }}
    from runs
    inner join snapshot_dates
        on
            runs.tenant = snapshot_dates.tenant
            and runs.scope = snapshot_dates.scope
            and runs.day = snapshot_dates.snapshot_day
    inner join accounts
        on runs.holder_token = accounts.id_token
)

select * from final

-- grain: one row per member and day on which the team lists the member
{{ config(materialized='ephemeral') }}

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
    where source = 'cursor' and resource = 'members'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'cursor'
),

-- Removed members stay in the list, and a free owner administers the team without a seat.
listed as (
    select
        members.tenant,
        members.scope,
        coalesce(members.user_token, members.email_token) as holder_token,
        members.day,
        snapshot_dates.snapshot_number
    from {{ ref('stg_cursor__members') }} as members
    inner join snapshot_dates
        on
            members.tenant = snapshot_dates.tenant
            and members.scope = snapshot_dates.scope
            and members.day = snapshot_dates.seat_date
            and not snapshot_dates.is_carried
    where
        coalesce(not members.is_removed, true)
        and coalesce(lower(members.role) <> 'free-owner', true)
),

-- Cursor gives no date of assignment.
{{ unbroken_runs() }},

final as (
    select
        {{ port_columns(
            'seat_days',
            {
                'account_key': 'accounts.account_key',
                'tenant': 'runs.tenant',
                'product': "'cursor'",
                'tool': "'cursor'",
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

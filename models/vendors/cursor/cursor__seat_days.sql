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
seats as (
    select
        members.tenant,
        coalesce(members.user_token, members.email_token) as account_token,
        members.day,
        snapshot_dates.snapshot_number,
        snapshot_dates.snapshot_number - row_number() over (
            partition by members.tenant, coalesce(members.user_token, members.email_token)
            order by members.day
        ) as run
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

-- The vendor tells no date of assignment: the first list of an unbroken run stands for it. Of a seat in
-- the first list of all it is unknown.
runs as (
    select
        *,
        min(day) over (partition by tenant, account_token, run) as run_start,
        min(snapshot_number) over (partition by tenant, account_token, run) as first_number
    from seats
),

final as (
    select
        {{ port_columns(
            'seat_days',
            {
                'account_key': 'accounts.account_key',
                'tenant': 'runs.tenant',
                'product': "'cursor'",
                'tool': "'cursor'",
                'assigned_at': 'case when runs.first_number > 1 then runs.run_start end',
                'is_carried': 'snapshot_dates.is_carried',
                'seat_date': 'snapshot_dates.seat_date',
            },
        ) }}
    from runs
    inner join snapshot_dates
        on
            runs.tenant = snapshot_dates.tenant
            and runs.day = snapshot_dates.snapshot_day
    inner join accounts
        on runs.account_token = accounts.id_token
)

select * from final

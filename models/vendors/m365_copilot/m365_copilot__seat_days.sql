-- grain: one row per user and day on which the directory lists the licence
{{ config(materialized='ephemeral') }}

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
    where source = 'm365_copilot'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'm365_copilot' and namespace = 'entra-object'
),

m365_copilot_licenses as (
    select
        users.tenant,
        users.scope,
        users.user_token,
        users.day,
        snapshot_dates.snapshot_number - row_number() over (
            partition by users.tenant, users.scope, users.user_token
            order by users.day
        ) as run
    from {{ ref('stg_m365_copilot__users') }} as users
    inner join snapshot_dates
        on
            snapshot_dates.resource = 'users'
            and users.tenant = snapshot_dates.tenant
            and users.scope = snapshot_dates.scope
            and users.day = snapshot_dates.seat_date
            and not snapshot_dates.is_carried
    where users.has_copilot_license
),

m365_copilot_first_rosters as (
    select
        tenant,
        scope,
        min(snapshot_day) as first_roster_day
    from snapshot_dates
    where resource = 'users'
    group by tenant, scope
),

-- Microsoft gives no date of assignment: the first snapshot of an unbroken run stands for it. Of a licence
-- in the first roster it is unknown.
m365_copilot_runs as (
    select
        *,
        min(day) over (partition by tenant, scope, user_token, run) as run_start
    from m365_copilot_licenses
),

seats as (
    select
        runs.tenant,
        runs.user_token,
        cast(
            case when runs.run_start > first_rosters.first_roster_day then runs.run_start end
            as {{ dbt.type_timestamp() }}
        ) as assigned_at,
        snapshot_dates.is_carried,
        snapshot_dates.seat_date
    from m365_copilot_runs as runs
    inner join m365_copilot_first_rosters as first_rosters
        on
            runs.tenant = first_rosters.tenant
            and runs.scope = first_rosters.scope
    inner join snapshot_dates
        on
            snapshot_dates.resource = 'users'
            and runs.tenant = snapshot_dates.tenant
            and runs.scope = snapshot_dates.scope
            and runs.day = snapshot_dates.snapshot_day
),

final as (
    select
        {{ port_columns(
            'seat_days',
            ['account_key', 'tenant', 'assigned_at', 'is_carried', 'seat_date'],
            {'product': "'m365_copilot'", 'tool': "'m365_copilot'"},
        ) }}
    from seats
    inner join accounts
        on seats.user_token = accounts.id_token
)

select * from final

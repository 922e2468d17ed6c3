-- grain: one row per member of a Claude Enterprise organization and day
{{ config(materialized='ephemeral') }}

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
    where source = 'anthropic' and resource = 'users'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'anthropic' and namespace = 'vendor-user/anthropic'
),

members as (
    select
        accounts.account_key,
        users.tenant,
        min(users.created_at) as assigned_at,
        not {{ dbt.bool_or('not snapshot_dates.is_carried') }} as is_carried,
        snapshot_dates.seat_date
    from {{ ref('stg_anthropic__users') }} as users
    inner join snapshot_dates
        on
            users.tenant = snapshot_dates.tenant
            and users.scope = snapshot_dates.scope
            and users.day = snapshot_dates.snapshot_day
    inner join accounts
        on users.user_token = accounts.id_token
    where users.holds_seat
    group by accounts.account_key, users.tenant, snapshot_dates.seat_date
),

final as (
    select
        {{ port_columns(
            'seat_days',
            ['account_key', 'tenant', 'assigned_at', 'is_carried', 'seat_date'],
            {'product': "'claude'", 'tool': "'claude'"},
        ) }}
    from members
)

select * from final

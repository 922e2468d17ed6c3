-- grain: one row per member and day on which the workspace's roster lists the member
{{ config(materialized='ephemeral') }}

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
    where source = 'chatgpt'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'chatgpt' and namespace = 'vendor-user/chatgpt'
),

chatgpt_members as (
    select
        users.tenant,
        users.user_token,
        users.created_at,
        snapshot_dates.seat_date,
        snapshot_dates.is_carried
    from {{ ref('stg_chatgpt__users') }} as users
    inner join snapshot_dates
        on
            snapshot_dates.resource = 'users'
            and users.tenant = snapshot_dates.tenant
            and users.scope = snapshot_dates.scope
            and users.day = snapshot_dates.snapshot_day
    where lower(users.status) in ('active', 'unstated')
),

chatgpt_seat_types as (
    select
        seats.tenant,
        seats.user_token,
        max(lower(seats.seat_type)) as seat_type,
        snapshot_dates.seat_date
    from {{ ref('stg_chatgpt__seats') }} as seats
    inner join snapshot_dates
        on
            snapshot_dates.resource = 'seats'
            and seats.tenant = snapshot_dates.tenant
            and seats.scope = snapshot_dates.scope
            and seats.day = snapshot_dates.snapshot_day
    group by seats.tenant, seats.user_token, snapshot_dates.seat_date
),

-- A member without a known seat type holds the ordinary seat.
seats as (
    select
        members.tenant,
        members.user_token,
        case
            when chatgpt_seat_types.seat_type = 'usage_based' then 'chatgpt_usage_based'
            else 'chatgpt'
        end as product,
        members.created_at as assigned_at,
        members.is_carried,
        members.seat_date
    from chatgpt_members as members
    left join chatgpt_seat_types
        on
            members.tenant = chatgpt_seat_types.tenant
            and members.user_token = chatgpt_seat_types.user_token
            and members.seat_date = chatgpt_seat_types.seat_date
),

final as (
    select
        {{ port_columns(
            'seat_days',
            ['account_key', 'tenant', 'product', 'assigned_at', 'is_carried', 'seat_date'],
            {'tool': "'chatgpt'"},
        ) }}
    from seats
    inner join accounts
        on seats.user_token = accounts.id_token
)

select * from final

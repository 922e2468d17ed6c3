-- grain: one row per user and day on which some organization or the enterprise lists a seat of the user
{{ config(materialized='ephemeral') }}

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
    where source = 'github_copilot'
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

-- Somebody with access through two organisations has two entries and one seat; an entry without
-- an assignee is nobody's.
seats as (
    select
        seats.tenant,
        seats.user_token,
        max(nullif(seats.plan_type, 'unknown')) as plan,
        min(seats.created_at) as assigned_at,
        not {{ dbt.bool_or('not snapshot_dates.is_carried') }} as is_carried,
        snapshot_dates.seat_date
    from {{ ref('stg_github_copilot__seats') }} as seats
    inner join snapshot_dates
        on
            snapshot_dates.resource = 'seats'
            and seats.tenant = snapshot_dates.tenant
            and seats.scope = snapshot_dates.scope
            and seats.day = snapshot_dates.snapshot_day
    where
        seats.user_token is not null
        -- A seat ends on the day of its cancellation, also while an earlier list is carried on.
        and (
            not snapshot_dates.is_carried
            or seats.pending_cancellation_date is null
            or seats.pending_cancellation_date > snapshot_dates.seat_date
        )
    group by seats.tenant, seats.user_token, snapshot_dates.seat_date
),

final as (
    select
        {{ port_columns(
            'seat_days',
            ['account_key', 'tenant', 'plan', 'assigned_at', 'is_carried', 'seat_date'],
            {'product': "'github_copilot'", 'tool': "'github_copilot'"},
        ) }}
    from seats
    inner join accounts
        on seats.user_token = accounts.id_token
)

select * from final

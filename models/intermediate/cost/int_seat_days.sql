-- grain: one row per account, product and day on which the account holds a seat
-- Who holds a seat in two workspaces, enterprises or tenants of the company holds two.

with snapshot_dates as (
    select * from {{ ref('int_seat_snapshot_dates') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
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
            snapshot_dates.source = 'chatgpt'
            and snapshot_dates.resource = 'users'
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
            snapshot_dates.source = 'chatgpt'
            and snapshot_dates.resource = 'seats'
            and seats.tenant = snapshot_dates.tenant
            and seats.scope = snapshot_dates.scope
            and seats.day = snapshot_dates.snapshot_day
    group by seats.tenant, seats.user_token, snapshot_dates.seat_date
),

-- A member without a known seat type holds the ordinary seat.
chatgpt_seats as (
    select
        'chatgpt' as source,
        members.tenant,
        'vendor-user/chatgpt' as namespace,
        members.user_token,
        case
            when chatgpt_seat_types.seat_type = 'usage_based' then 'chatgpt_usage_based'
            else 'chatgpt'
        end as product,
        cast(null as {{ dbt.type_string() }}) as plan,
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

-- Somebody with access through two organisations has two entries and one seat; an entry without
-- an assignee is nobody's.
github_copilot_seats as (
    select
        'github_copilot' as source,
        seats.tenant,
        'github-user' as namespace,
        seats.user_token,
        'github_copilot' as product,
        max(nullif(seats.plan_type, 'unknown')) as plan,
        min(seats.created_at) as assigned_at,
        not {{ dbt.bool_or('not snapshot_dates.is_carried') }} as is_carried,
        snapshot_dates.seat_date
    from {{ ref('stg_github_copilot__seats') }} as seats
    inner join snapshot_dates
        on
            snapshot_dates.source = 'github_copilot'
            and snapshot_dates.resource = 'seats'
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
            snapshot_dates.source = 'm365_copilot'
            and snapshot_dates.resource = 'users'
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
    where source = 'm365_copilot' and resource = 'users'
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

m365_copilot_seats as (
    select
        'm365_copilot' as source,
        runs.tenant,
        'entra-object' as namespace,
        runs.user_token,
        'm365_copilot' as product,
        cast(null as {{ dbt.type_string() }}) as plan,
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
            snapshot_dates.source = 'm365_copilot'
            and snapshot_dates.resource = 'users'
            and runs.tenant = snapshot_dates.tenant
            and runs.scope = snapshot_dates.scope
            and runs.day = snapshot_dates.snapshot_day
),

seats as (
    select * from chatgpt_seats
    union all
    select * from github_copilot_seats
    union all
    select * from m365_copilot_seats
),

final as (
    select
        accounts.account_key,
        seats.product,
        case
            when seats.product = 'chatgpt_usage_based' then 'chatgpt' else seats.product
        end as tool,
        max(seats.plan) as plan,
        count(distinct seats.tenant) as seats,
        min(seats.assigned_at) as assigned_at,
        not {{ dbt.bool_or('not seats.is_carried') }} as is_carried,
        seats.seat_date
    from seats
    inner join accounts
        on
            seats.source = accounts.tool_account_source
            and seats.namespace = accounts.namespace
            and seats.user_token = accounts.id_token
    group by accounts.account_key, seats.product, seats.seat_date
)

select * from final

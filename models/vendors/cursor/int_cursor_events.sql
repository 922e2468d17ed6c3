-- grain: one row per request, with the account that it belongs to
{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_cursor__usage_events') }}
),

-- Requests name an address, other feeds a number: an address that only one member ever had is that member's.
members as (
    select
        tenant,
        target_token as email_token,
        min(id_token) as user_token
    from {{ ref('stg_cursor__identity_links') }}
    where namespace = 'vendor-user/cursor' and target_namespace = 'person-email'
    group by tenant, target_token
    having min(id_token) = max(id_token)
),

final as (
    select
        events.*,
        case
            when events.service_account_token is not null then 'agent'
            when members.user_token is not null then 'vendor-user/cursor'
            else 'person-email'
        end as namespace,
        coalesce(events.service_account_token, members.user_token, events.email_token) as account_token,
        -- The flag decides where it is there; older answers say it in words alone.
        coalesce(
            events.is_chargeable,
            not (lower(events.kind) like '%included%' or lower(events.kind) like '%not%charged%'),
            true
        ) as is_charged
    from events
    left join members
        on
            events.tenant = members.tenant
            and events.email_token = members.email_token
)

select * from final

-- grain: one row per account and day on which only the seat list tells of activity
{# Rebuilt whole: a report that comes later takes its days away. #}
-- The seat's last activity also counts chat on the web and on phones, which no report contains. A day
-- whose report is read and has no row of the user was spent there. Where it has one, it decides:
-- the seat counts suggestions shown as activity, the report tells them apart.
with seats as (
    select distinct
        tenant,
        user_token,
        cast(last_activity_at as date) as activity_date
    from {{ ref('stg_github_copilot__seats') }}
    where user_token is not null and last_activity_at is not null
),

user_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
),

report_days as (
    select distinct
        tenant,
        day
    from {{ ref('stg_ops__loaded_days') }}
    where source = 'github_copilot' and resource = 'user_days' and status in ('ok', 'empty')
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

final as (
    select distinct
        accounts.account_key,
        'github_copilot' as tool,
        seats.activity_date
    from seats
    inner join report_days
        on
            seats.tenant = report_days.tenant
            and seats.activity_date = report_days.day
    left join user_days
        on
            seats.tenant = user_days.tenant
            and seats.user_token = user_days.user_token
            and seats.activity_date = user_days.day
    inner join accounts
        on seats.user_token = accounts.id_token
    where user_days.user_token is null
)

select * from final

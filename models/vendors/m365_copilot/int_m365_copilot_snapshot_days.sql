-- grain: one row per account and day on which a nightly report says that the account was last active
{# Rebuilt whole: a restated snapshot can take away a day that it does not name any more. #}
{%- set apps = m365_copilot_report_apps() %}

with usage_user_detail as (
    select * from {{ ref('stg_m365_copilot__usage_user_detail') }}
),

loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'm365_copilot' and namespace = 'person-email'
),

first_snapshots as (
    select
        tenant,
        min(day) as first_day
    from usage_user_detail
    group by tenant
),

-- Where single interactions are loaded they are counted instead, day by day.
interaction_days as (
    select distinct
        tenant,
        day
    from loaded_days
    where source = 'm365_copilot' and resource = 'interactions' and status in ('ok', 'empty')
),

-- A concealed name is not a person: its rows have no account.
app_days as (
    {%- for app in ['any'] + apps %}
    select distinct
        tenant,
        upn_token,
        '{{ app }}' as app,
        {{ 'last_activity_date' if app == 'any' else app ~ '_last_activity_date' }} as activity_date
    from usage_user_detail
    where
        upn_token is not null
        and {{ 'last_activity_date' if app == 'any' else app ~ '_last_activity_date' }} is not null
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        accounts.account_key,
        'm365_copilot' as tool,
        {%- for app in apps %}
        {{ dbt.bool_or("app_days.app = '" ~ app ~ "'") }} as used_{{ app }},
        {%- endfor %}
        app_days.activity_date
    from app_days
    inner join first_snapshots
        on
            app_days.tenant = first_snapshots.tenant
            and app_days.activity_date >= first_snapshots.first_day
    left join interaction_days
        on
            app_days.tenant = interaction_days.tenant
            and app_days.activity_date = interaction_days.day
    left join accounts
        on app_days.upn_token = accounts.id_token
    where interaction_days.day is null
    group by accounts.account_key, app_days.activity_date
)

select * from final

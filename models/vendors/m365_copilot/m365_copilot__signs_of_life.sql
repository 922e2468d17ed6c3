-- grain: one row per address, app and day of last use that a usage report names
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'm365_copilot' and namespace = 'person-email'
),

usage_user_detail as (
    select * from {{ ref('stg_m365_copilot__usage_user_detail') }}
    where upn_token is not null
),

signs as (
    {%- for app in ['last'] + m365_copilot_report_apps() %}
    {%- set last_used = 'last_activity_date' if app == 'last' else app ~ '_last_activity_date' %}
    select
        upn_token,
        {{ last_used }} as activity_date
    from usage_user_detail
    where {{ last_used }} is not null
    {{- "\n\n    union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ port_columns(
            'signs_of_life',
            ['account_key', 'activity_date'],
            {'tool': "'m365_copilot'", 'is_use': 'false'},
        ) }}
    from signs
    inner join accounts
        on signs.upn_token = accounts.id_token
)

select * from final

-- grain: one row per account, tool and UTC day: decisions about edits, and use that metrics alone tell
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'otel'
),

told as (
    select
        {{ otel_account('events') }} as id_token,
        events.tool,
        events.is_accepted,
        false as is_measured,
        events.day
    from {{ ref('stg_otel__events') }} as events
    where events.kind = 'decision'

    union all

    select
        id_token,
        tool,
        cast(null as {{ dbt.type_boolean() }}) as is_accepted,
        true as is_measured,
        day
    from {{ ref('int_otel_metric_days') }}
    where {{ otel_tells_prompts() }}
),

days as (
    select
        accounts.account_key,
        told.tool,
        nullif(count(told.is_accepted), 0) as suggestions_shown,
        case
            when count(told.is_accepted) > 0 then sum(case when told.is_accepted then 1 else 0 end)
        end as suggestions_accepted,
        {{ dbt.bool_or('told.is_measured') }} as is_active,
        told.day as activity_date
    from told
    inner join accounts
        on told.id_token = accounts.id_token
    group by accounts.account_key, told.tool, told.day
),

final as (
    select
        {{ port_columns(
            'usage_days',
            ['account_key', 'tool', 'suggestions_shown', 'suggestions_accepted', 'is_active', 'activity_date'],
            {'date_basis': "'vendor_day'"},
        ) }}
    from days
)

select * from final

-- grain: one row per account, tool and UTC day: decisions about edits, added lines, use told by metrics alone
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'otel'
),

told as (
    select
        {{ otel_account('events') }} as id_token,
        events.tool,
        1 as shown,
        case when events.is_accepted then 1 else 0 end as accepted,
        cast(null as {{ type_money() }}) as lines_added,
        false as is_measured,
        events.day
    from {{ ref('stg_otel__events') }} as events
    where events.kind = 'decision'

    union all

    select
        id_token,
        tool,
        case when bucket in ('accepted', 'refused') then value end as shown,
        case bucket when 'accepted' then value when 'refused' then 0 end as accepted,
        case when bucket = 'lines_added' then value end as lines_added,
        true as is_measured,
        day
    from {{ ref('int_otel_metric_days') }}
    where {{ otel_tells_prompts() }}
),

days as (
    select
        accounts.account_key,
        told.tool,
        {{ total('told.lines_added') }} as lines_accepted,
        {{ total('told.shown') }} as suggestions_shown,
        {{ total('told.accepted') }} as suggestions_accepted,
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
            [
                'account_key', 'tool', 'lines_accepted', 'suggestions_shown', 'suggestions_accepted',
                'is_active', 'activity_date',
            ],
            {'date_basis': "'vendor_day'"},
        ) }}
    from days
)

select * from final

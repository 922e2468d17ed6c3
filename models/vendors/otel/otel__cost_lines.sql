-- grain: several rows per account, tool, model and day: the program's own estimate at list price
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'otel'
),

repeats as (
    select * from {{ ref('int_otel_repeats') }}
),

estimates as (
    select
        {{ otel_account('events') }} as id_token,
        events.tool,
        events.model,
        events.cost_usd,
        events.day
    from {{ ref('stg_otel__events') }} as events
    left join repeats
        on events.event_token = repeats.token
    where events.kind = 'request' and events.cost_usd is not null and repeats.token is null

    union all

    select
        id_token,
        tool,
        model,
        value as cost_usd,
        day
    from {{ ref('int_otel_metric_days') }}
    where bucket = 'cost'
),

final as (
    select
        {{ port_columns(
            'cost_lines',
            {
                'account_key': 'accounts.account_key',
                'tool': 'estimates.tool',
                'model': 'estimates.model',
                'cost_basis': "'vendor_estimate'",
                'vendor_cost': 'estimates.cost_usd',
                'vendor_currency': "'USD'",
                'usage_date': 'estimates.day',
            },
        ) }}
    from estimates
    inner join accounts
        on estimates.id_token = accounts.id_token
)

select * from final

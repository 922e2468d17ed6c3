-- grain: one row per account, product, model, cost unit and UTC day of ChatGPT COSTS billing lines
{%- set resources = ['chatgpt.costs_billing', 'chatgpt.costs_usage'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 0}}
) }}
{%- set cost_unit %}
        case
            when upper(trim(cost_unit)) in ('CREDIT', 'CREDITS') then 'CREDITS'
            else upper(trim(cost_unit))
        end
{%- endset %}

with costs_billing as (
    select * from {{ ref('stg_chatgpt__costs_billing') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('usage_date', resources) }}
    {%- endif %}
),

costs_usage as (
    select
        *,
        {{ chatgpt_account_namespace(is_agent='is_agent') }} as account_namespace,
        {{ chatgpt_account_token() }} as account_token
    from {{ ref('stg_chatgpt__costs_usage') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('usage_date', resources) }}
    {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'chatgpt'
),

-- Lines are added up per event first: tokens stand on the event, and must not be repeated by lines.
event_costs as (
    select
        tenant,
        event_token,
        usage_date,
        {{ cost_unit }} as cost_unit,
        {{ total_money('cost') }} as cost,
        {{ total_money('estimated_cost_usd') }} as estimated_cost_usd
    from costs_billing
    group by tenant, event_token, usage_date, {{ cost_unit }}
),

-- A line whose event is missing keeps its money: without an account, product and model.
final as (
    select
        accounts.account_key,
        costs_usage.product,
        costs_usage.model,
        event_costs.cost_unit,
        {{ total_money('event_costs.cost') }} as cost,
        {{ total_money('event_costs.estimated_cost_usd') }} as estimated_cost_usd,
        {{ loaded_through(resources) }} as loaded_through,
        event_costs.usage_date as activity_date
    from event_costs
    left join costs_usage
        on
            event_costs.tenant = costs_usage.tenant
            and event_costs.event_token = costs_usage.event_token
            and event_costs.usage_date = costs_usage.usage_date
    left join accounts
        on
            costs_usage.account_token = accounts.id_token
            and costs_usage.account_namespace = accounts.namespace
    group by
        accounts.account_key,
        costs_usage.product,
        costs_usage.model,
        event_costs.cost_unit,
        event_costs.usage_date
)

select * from final

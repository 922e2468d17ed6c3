-- grain: one row an account (or none), tool, model, cost basis, vendor currency and UTC day
{%- set no_money = 'cast(null as ' ~ type_money() ~ ')' %}
{%- set no_tokens = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}

with chatgpt_costs as (
    select * from {{ ref('int_chatgpt_tool_costs') }}
),

credit_costs as (
    select * from {{ ref('int_credit_costs') }}
),

token_costs as (
    select * from {{ ref('int_token_costs') }}
),

github_copilot_billed_costs as (
    select * from {{ ref('int_github_copilot_billed_costs') }}
),

exchange_rates as (
    select
        from_currency,
        rate,
        valid_from,
        coalesce(valid_to, {{ date_bound('last') }}) as valid_to
    from {{ ref('stg_company__exchange_rates') }}
    where to_currency = '{{ var("reporting_currency") }}'
),

costs as (
    select
        account_key,
        tool,
        model,
        'credits' as cost_basis,
        usage_date,
        vendor_cost,
        vendor_currency,
        credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        false as is_allocated,
        false as is_unallocated,
        cast(null as date) as price_valid_from
    from credit_costs

    union all

    -- A billing line in money, not in credits, is what the vendor bills.
    select
        account_key,
        tool,
        model,
        'billed' as cost_basis,
        usage_date,
        cost as vendor_cost,
        cost_unit as vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        false as is_allocated,
        false as is_unallocated,
        cast(null as date) as price_valid_from
    from chatgpt_costs
    where coalesce(cost_unit, 'unknown') <> 'CREDITS' and cost is not null

    union all

    select
        account_key,
        tool,
        model,
        'vendor_estimate' as cost_basis,
        usage_date,
        estimated_cost_usd as vendor_cost,
        'USD' as vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        false as is_allocated,
        false as is_unallocated,
        cast(null as date) as price_valid_from
    from chatgpt_costs
    where estimated_cost_usd is not null

    union all

    select
        account_key,
        tool,
        model,
        'metered_list' as cost_basis,
        usage_date,
        cost_usd as vendor_cost,
        'USD' as vendor_currency,
        {{ no_money }} as credits,
        unpriced_tokens,
        total_tokens,
        false as is_allocated,
        false as is_unallocated,
        price_valid_from
    from token_costs

    union all

    select
        account_key,
        'github_copilot' as tool,
        cast(null as {{ dbt.type_string() }}) as model,
        'billed' as cost_basis,
        usage_date,
        cost_usd as vendor_cost,
        'USD' as vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        is_allocated,
        not is_allocated as is_unallocated,
        cast(null as date) as price_valid_from
    from github_copilot_billed_costs
),

grouped_costs as (
    select
        account_key,
        tool,
        model,
        cost_basis,
        usage_date,
        vendor_currency,
        is_allocated,
        is_unallocated,
        {{ total_money('vendor_cost') }} as vendor_cost,
        {{ total_money('credits') }} as credits,
        {{ total('unpriced_tokens') }} as unpriced_tokens,
        {{ total('total_tokens') }} as total_tokens,
        max(price_valid_from) as price_valid_from
    from costs
    group by
        account_key,
        tool,
        model,
        cost_basis,
        usage_date,
        vendor_currency,
        is_allocated,
        is_unallocated
),

final as (
    select
        grouped_costs.account_key,
        grouped_costs.tool,
        grouped_costs.model,
        grouped_costs.cost_basis,
        grouped_costs.usage_date,
        {{ converted_cost('grouped_costs.vendor_cost', 'grouped_costs.vendor_currency') }} as cost,
        '{{ var("reporting_currency") }}' as currency,
        grouped_costs.vendor_cost,
        grouped_costs.vendor_currency,
        grouped_costs.credits,
        grouped_costs.unpriced_tokens,
        grouped_costs.total_tokens,
        grouped_costs.is_allocated,
        grouped_costs.is_unallocated,
        grouped_costs.price_valid_from
    from grouped_costs
    left join exchange_rates
        on
            grouped_costs.vendor_currency = exchange_rates.from_currency
            and grouped_costs.usage_date >= exchange_rates.valid_from
            and grouped_costs.usage_date < exchange_rates.valid_to
)

select * from final

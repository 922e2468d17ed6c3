-- grain: one row per account (or none), tool, model, cost basis, vendor currency and UTC day
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

-- Credits and tokens come one row a grain; the others are added up.
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
        {{ total_money('cost') }} as vendor_cost,
        cost_unit as vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        false as is_allocated,
        false as is_unallocated,
        cast(null as date) as price_valid_from
    from chatgpt_costs
    where coalesce(cost_unit, 'unknown') <> 'CREDITS' and cost is not null
    group by account_key, tool, model, usage_date, cost_unit

    union all

    select
        account_key,
        tool,
        model,
        'vendor_estimate' as cost_basis,
        usage_date,
        {{ total_money('estimated_cost_usd') }} as vendor_cost,
        'USD' as vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        false as is_allocated,
        false as is_unallocated,
        cast(null as date) as price_valid_from
    from chatgpt_costs
    where estimated_cost_usd is not null
    group by account_key, tool, model, usage_date

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
        {{ total_money('cost_usd') }} as vendor_cost,
        'USD' as vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        is_allocated,
        not is_allocated as is_unallocated,
        cast(null as date) as price_valid_from
    from github_copilot_billed_costs
    group by account_key, usage_date, is_allocated
),

final as (
    select
        costs.account_key,
        costs.tool,
        costs.model,
        costs.cost_basis,
        costs.usage_date,
        {{ converted_cost('costs.vendor_cost', 'costs.vendor_currency') }} as cost,
        '{{ var("reporting_currency") }}' as currency,
        costs.vendor_cost,
        costs.vendor_currency,
        costs.credits,
        costs.unpriced_tokens,
        costs.total_tokens,
        costs.is_allocated,
        costs.is_unallocated,
        costs.price_valid_from
    from costs
    left join exchange_rates
        on
            costs.vendor_currency = exchange_rates.from_currency
            and costs.usage_date >= exchange_rates.valid_from
            and costs.usage_date < exchange_rates.valid_to
)

select * from final

-- grain: one row per account (or none), tool, model, cost basis, vendor currency and UTC day
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'usage_date'}}
) }}
{%- set changes = changes_since_built() %}
{%- set no_money = 'cast(null as ' ~ type_money() ~ ')' %}
{%- set no_tokens = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}

with credit_costs as (
    select * from {{ ref('int_credit_costs') }}
    {%- if changes %}
    where {{ is_changed(changes, {'usage_date': 'days'}) }}
    {%- endif %}
),

token_costs as (
    select * from {{ ref('int_token_costs') }}
    {%- if changes %}
    where {{ is_changed(changes, {'usage_date': 'days'}) }}
    {%- endif %}
),

cost_lines as (
    select
        cost_lines.*,
        {{ known_model('cost_lines.model') }} as known_model
    from {{ ref('port_cost_lines') }} as cost_lines
    left join {{ ref('model_aliases') }} as model_aliases
        on {{ model_spelling('cost_lines.model') }} = model_aliases.alias
    {{ join_owners('cost_lines', 'usage_date') }}
    where
        {{ is_owned('cost_lines', 'costs') }}
        {%- if changes %}
        and {{ is_changed(changes, {'cost_lines.usage_date': 'days'}) }}
        {%- endif %}
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
        tool,
        known_model as model,
        cost_basis,
        usage_date,
        {{ total_money('vendor_cost') }} as vendor_cost,
        vendor_currency,
        {{ no_money }} as credits,
        {{ no_tokens }} as unpriced_tokens,
        {{ no_tokens }} as total_tokens,
        coalesce(is_allocated, false) as is_allocated,
        coalesce(is_unallocated, false) as is_unallocated,
        cast(null as date) as price_valid_from
    from cost_lines
    group by
        account_key,
        tool,
        known_model,
        cost_basis,
        usage_date,
        vendor_currency,
        coalesce(is_allocated, false),
        coalesce(is_unallocated, false)
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
        costs.price_valid_from,
        {{ inputs_version() }} as inputs_version
    from costs
    left join exchange_rates
        on
            costs.vendor_currency = exchange_rates.from_currency
            and costs.usage_date >= exchange_rates.valid_from
            and costs.usage_date < exchange_rates.valid_to
)

select * from final

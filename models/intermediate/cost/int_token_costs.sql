-- grain: one row an account, tool, model and UTC day
-- Its tokens at the price of the day, in US dollars.
{%- set components = {
    'input_tokens': 'input',
    'cached_input_tokens': 'cached_input',
    'cache_write_tokens': 'cache_write',
    'output_tokens': 'output',
    'reasoning_tokens': 'reasoning',
} %}

with model_days as (
    select * from {{ ref('int_account_model_days') }}
    where token_basis = 'reported'
),

models as (
    select * from {{ ref('models') }}
),

tools as (
    select * from {{ ref('tools') }}
),

prices as (
    select * from {{ ref('int_prices') }}
),

token_days as (
    select
        account_key,
        tool,
        model,
        activity_date as usage_date,
        {%- for bucket in token_buckets() %}
        {{ total(bucket) }} as {{ bucket }}{{ ',' if not loop.last }}
        {%- endfor %}
    from model_days
    group by account_key, tool, model, activity_date
),

-- A model that the reference list does not know yet may still stand in the price book, or in the
-- company's overrides, under the tool's vendor and its own name.
named_days as (
    select
        token_days.*,
        {{ total_of_buckets() }} as total_tokens,
        coalesce(models.price_provider, lower(tools.vendor)) as price_provider,
        coalesce(models.price_model, token_days.model) as price_model
    from token_days
    left join models
        on token_days.model = models.model
    left join tools
        on token_days.tool = tools.tool
),

-- Reasoning is billed as output unless it has a price of its own.
priced_days as (
    select
        named_days.*,
        {%- for bucket, component in components.items() %}
        {% if component == 'reasoning' -%}
        coalesce({{ component }}_price.usd_per_mtok, output_price.usd_per_mtok)
        {%- else -%}
        {{ component }}_price.usd_per_mtok
        {%- endif %} as {{ component }}_usd,
        case when named_days.{{ bucket }} > 0 then {{ component }}_price.valid_from end
            as {{ component }}_valid_from{{ ',' if not loop.last }}
        {%- endfor %}
    from named_days
    {%- for component in components.values() %}
    left join prices as {{ component }}_price
        on
            named_days.price_provider = {{ component }}_price.provider
            and named_days.price_model = {{ component }}_price.model
            and {{ component }}_price.component = '{{ component }}'
            and named_days.usage_date >= {{ component }}_price.valid_from
            and named_days.usage_date < {{ component }}_price.valid_to
    {%- endfor %}
),

-- Tokens without a split have no price either.
costed_days as (
    select
        *,
        {%- for bucket, component in components.items() %}
        {{ '+ ' if not loop.first }}coalesce({{ price_tokens(bucket, component ~ '_usd') }}, 0)
        {%- endfor %} as priced_cost,
        coalesce(unsplit_tokens, 0)
        {%- for bucket, component in components.items() %}
        + case when {{ component }}_usd is null then coalesce({{ bucket }}, 0) else 0 end
        {%- endfor %} as unpriced_tokens
    from priced_days
),

final as (
    select
        account_key,
        tool,
        model,
        usage_date,
        cast(
            case when unpriced_tokens < total_tokens then priced_cost end as {{ type_money() }}
        ) as cost_usd,
        cast(unpriced_tokens as {{ dbt.type_bigint() }}) as unpriced_tokens,
        total_tokens,
        -- The newest of the prices used: the date since which none of them has changed.
        nullif(
            greatest(
                {%- for component in components.values() %}
                coalesce({{ component }}_valid_from, {{ date_bound('first') }})
                {{- ',' if not loop.last }}
                {%- endfor %}
            ),
            {{ date_bound('first') }}
        ) as price_valid_from
    from costed_days
    -- No tokens cost nothing and say nothing of a price: zero must not stand where a price is missing.
    where total_tokens > 0
)

select * from final

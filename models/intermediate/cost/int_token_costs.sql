-- grain: one row per account, tool, model and UTC day
-- Its tokens at the price of the day, in US dollars. A tool that gives tokens of a part of its use only (GitHub
-- Copilot's command line) has no list price: metric_capabilities says so.
-- Audio and images have prices of their own, or none: never that of text.
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'usage_date'}}
) }}
{%- set changes = changes_since_built() %}
{%- set components = price_parts() %}
{%- do components.update({'cache_write_tokens': 'cache_write', 'reasoning_tokens': 'reasoning'}) %}

with model_days as (
    select * from {{ ref('int_account_model_days') }}
    where
        token_basis = 'reported'
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days'}) }}
        {%- endif %}
),

priced_tools as (
    select tool
    from {{ ref('int_metric_capabilities') }}
    where metric = 'cost_metered_list' and capability <> 'unavailable'
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
        model_days.account_key,
        model_days.tool,
        model_days.model,
        model_days.activity_date as usage_date,
        {%- for bucket in token_buckets() %}
        {{ total('model_days.' ~ bucket) }} as {{ bucket }},
        {%- endfor %}
        {%- for part in price_parts() %}
        {%- set bucket = part | replace('list_text_', '') %}
        {%- set tokens = 'coalesce(model_days.' ~ part ~ ', model_days.' ~ bucket ~ ')' %}
        {{ total(tokens if 'list_text_' in part else 'model_days.' ~ part) }} as {{ part }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from model_days
    inner join priced_tools
        on model_days.tool = priced_tools.tool
    group by model_days.account_key, model_days.tool, model_days.model, model_days.activity_date
),

-- Prices are looked up once a tool, model and day, not once an account.
used_models as (
    select distinct
        tool,
        model,
        usage_date
    from token_days
),

-- A model that the reference list does not know yet may still stand in the price book, or in the
-- company's overrides, under the tool's vendor and its own name.
named_models as (
    select
        used_models.*,
        coalesce(models.price_provider, lower(tools.vendor)) as price_provider,
        coalesce(models.price_model, used_models.model) as price_model
    from used_models
    left join models
        on used_models.model = models.model
    left join tools
        on used_models.tool = tools.tool
),

-- At most one price of a component holds on a day, so its maximum is that price.
component_prices as (
    select
        named_models.tool,
        named_models.model,
        named_models.usage_date,
        named_models.price_model,
        {%- for component in components.values() %}
        max(case when prices.component = '{{ component }}' then prices.usd_per_mtok end)
            as {{ component }}_price,
        max(case when prices.component = '{{ component }}' then prices.valid_from end)
            as {{ component }}_valid_from{{ ',' if not loop.last }}
        {%- endfor %}
    from named_models
    left join prices
        on
            named_models.price_provider = prices.provider
            and named_models.price_model = prices.model
            and named_models.usage_date >= prices.valid_from
            and named_models.usage_date < prices.valid_to
    group by
        named_models.tool, named_models.model, named_models.usage_date, named_models.price_model
),

-- Reasoning is billed as output unless it has a price of its own. What an image model answers is an image:
-- there the plain price is that of images.
priced_models as {{ computed_once() }} (
    select
        component_prices.tool,
        component_prices.model,
        component_prices.usage_date,
        {%- for component in components.values() %}
        {% if component == 'reasoning' -%}
        coalesce(component_prices.{{ component }}_price, component_prices.output_price)
        {%- elif component.startswith('image_') -%}
        coalesce(
            component_prices.{{ component }}_price,
            case
                when component_prices.price_model like '%image%'
                    then component_prices.{{ component | replace('image_', '') }}_price
            end
        )
        {%- else -%}
        component_prices.{{ component }}_price
        {%- endif %} as {{ component }}_usd,
        component_prices.{{ component }}_valid_from{{ ',' if not loop.last }}
        {%- endfor %}
    from component_prices
),

-- Tokens of an unnamed model find none.
priced_days as (
    select
        token_days.*,
        {{ total_of_buckets() }} as total_tokens,
        {%- for bucket, component in components.items() %}
        priced_models.{{ component }}_usd,
        case when token_days.{{ bucket }} > 0 then priced_models.{{ component }}_valid_from end
            as {{ component }}_valid_from{{ ',' if not loop.last }}
        {%- endfor %}
    from token_days
    left join priced_models
        on
            token_days.tool = priced_models.tool
            and token_days.model = priced_models.model
            and token_days.usage_date = priced_models.usage_date
),

-- Tokens without a split, or of a service class without a list price, have no price either.
costed_days as (
    select
        *,
        {%- for bucket, component in components.items() %}
        {{ '+ ' if not loop.first }}coalesce({{ price_tokens(bucket, component ~ '_usd') }}, 0)
        {%- endfor %} as priced_cost,
        total_tokens
        {%- for bucket, component in components.items() %}
        - case when {{ component }}_usd is not null then coalesce({{ bucket }}, 0) else 0 end
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
        ) as price_valid_from,
        {{ inputs_version() }} as inputs_version
    from costed_days
    -- No tokens cost nothing and say nothing of a price: zero must not stand where a price is missing.
    where total_tokens > 0
)

select * from final

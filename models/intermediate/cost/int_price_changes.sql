-- grain: one row per priced thing and day on which its price changed: seats, credits, tokens of a model
-- A price changes where one line begins on the day on which the one before it ends.
{#- Relations with one line per price and span: what tells the spans of one price apart. -#}
{%- set priced = {
    'seat_lines': ['item', 'plan', 'currency'],
    'credit_lines': ['item', 'currency'],
    'token_lines': ['item', 'price_provider', 'price_model'],
} %}
with seat_contracts as (
    select * from {{ ref('stg_company__seat_contracts') }}
),

credit_rates as (
    select * from {{ ref('stg_company__credit_rates') }}
),

prices as (
    select * from {{ ref('int_prices') }}
),

models as (
    select * from {{ ref('models') }}
),

tools as (
    select * from {{ ref('tools') }}
),

seat_lines as (
    select
        'Seat of ' || {{ tool_text('seat_contracts.product') }} as item,
        coalesce(tools.tool, 'all') as tool,
        cast(null as {{ dbt.type_string() }}) as model_family,
        coalesce(seat_contracts.plan, '') as plan,
        seat_contracts.currency,
        cast(seat_contracts.price_per_seat_month as {{ type_double() }}) as price,
        seat_contracts.valid_from,
        seat_contracts.valid_to,
        'seat_contracts.csv' as source
    from seat_contracts
    left join tools
        on seat_contracts.product = tools.tool
),

credit_lines as (
    select
        case unit when 'chatgpt_credit' then 'ChatGPT credit' else 'GitHub AI credit' end as item,
        case unit when 'chatgpt_credit' then 'chatgpt' else 'github_copilot' end as tool,
        cast(null as {{ dbt.type_string() }}) as model_family,
        currency,
        cast(price_per_unit as {{ type_double() }}) as price,
        valid_from,
        valid_to,
        'credit_rates.csv' as source
    from credit_rates
),

priced_families as (
    select distinct
        family,
        price_provider,
        price_model
    from models
    where price_model is not null
),

token_lines as (
    select
        priced_families.family || ', ' || prices.component || ' tokens' as item,
        'all' as tool,
        priced_families.family as model_family,
        prices.provider as price_provider,
        prices.model as price_model,
        cast(prices.usd_per_mtok as {{ type_double() }}) as price,
        prices.valid_from,
        prices.valid_to,
        case prices.source when 'override' then 'price_overrides.csv' else 'price book' end as source
    from prices
    inner join priced_families
        on
            prices.provider = priced_families.price_provider
            and prices.model = priced_families.price_model
    where prices.component in ('input', 'output')
),
{% for relation, names in priced.items() %}
{{ relation }}_in_order as (
    select
        {{ relation }}.*,
        lag(price) over (partition by {{ names | join(', ') }} order by valid_from, price) as price_before,
        lag(valid_to) over (partition by {{ names | join(', ') }} order by valid_from, price) as ended_on
    from {{ relation }}
),
{% endfor %}
final as (
    {%- for relation in priced %}
    select
        item,
        tool,
        model_family,
        source,
        valid_from as changed_on,
        price / price_before - 1 as price_change
    from {{ relation }}_in_order
    where valid_from = ended_on and price_before > 0 and price <> price_before
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
)

select * from final

-- Tokens and money of COSTS, added up by account, tool, model and day before anything is priced.

create or replace temp table token_days as
select
    accounts.account_key,
    case when lower(usage.product) = 'codex' then 'codex' else 'chatgpt' end as tool,
    usage.surface,
    known_models.model,
    usage.usage_date,
    sum(usage.text_input_tokens)::bigint as input_tokens,
    sum(usage.text_cached_input_tokens)::bigint as cached_input_tokens,
    sum(usage.text_output_tokens)::bigint as output_tokens,
    sum(coalesce(usage.text_total_tokens, 0))::bigint as unsplit_tokens
from warehouse.raw_chatgpt.costs_usage as usage
left join accounts on coalesce(usage.user_token, usage.email_token, 'unidentified') = accounts.id_token
left join known_models on lower(usage.model) = known_models.spelling
group by all;

create or replace temp table billed_days as
with events as (
    select event_token, sum(cost) as credits, sum(estimated_cost_usd) as estimate
    from warehouse.raw_chatgpt.costs_billing
    group by event_token
)

select
    accounts.account_key,
    case when lower(usage.product) = 'codex' then 'codex' else 'chatgpt' end as tool,
    known_models.model,
    usage.usage_date,
    sum(events.credits)::decimal(28, 9) as credits,
    sum(events.estimate)::decimal(28, 9) as estimate
from events
inner join warehouse.raw_chatgpt.costs_usage as usage using (event_token)
left join accounts on coalesce(usage.user_token, usage.email_token, 'unidentified') = accounts.id_token
left join known_models on lower(usage.model) = known_models.spelling
group by all;

-- grain: one row per model, component and span of days: the company's price where it has one, else the book's
create or replace temp table prices as
with book as (
    select
        provider,
        model,
        component,
        coalesce(effective_from, date '1900-01-01') as valid_from,
        coalesce(
            lead(effective_from) over (
                partition by provider, model, component order by effective_from nulls first
            ),
            date '2199-12-31'
        ) as valid_to,
        usd_per_mtok
    from warehouse.raw_model_prices.price_book
    where tier_start_tokens = 0
),

days as (
    select model, component, day::date as day
    from (select distinct model, component from book where provider = 'openai')
    cross join (select distinct usage_date as day from token_days)
)

select
    days.model,
    days.component,
    days.day,
    coalesce(overrides.usd_per_mtok, book.usd_per_mtok) as usd_per_mtok
from days
left join book
    on
        book.provider = 'openai' and days.model = book.model and days.component = book.component
        and days.day >= book.valid_from and days.day < book.valid_to
left join warehouse.raw_company.price_overrides as overrides
    on
        overrides.provider = 'openai' and days.model = overrides.model and days.component = overrides.component
        and days.day >= overrides.valid_from and days.day < coalesce(overrides.valid_to, date '2199-12-31')
where
    days.model in (
        select coalesce(models.price_model, token_days.model)
        from token_days left join warehouse.reference.models as models using (model)
    );

-- grain: one row per person (or account without one), tool, model, basis and day
create or replace table costs as
with model_days as (
    select
        account_key,
        tool,
        model,
        usage_date,
        sum(input_tokens)::bigint as input_tokens,
        sum(cached_input_tokens)::bigint as cached_input_tokens,
        sum(output_tokens)::bigint as output_tokens,
        sum(unsplit_tokens)::bigint as unsplit_tokens
    from token_days
    group by all
),

day_prices as (
    pivot prices on component in ('input', 'cached_input', 'output') using first(usd_per_mtok)
),

priced as (
    select
        model_days.*,
        coalesce(input_tokens, 0) + coalesce(cached_input_tokens, 0) + coalesce(output_tokens, 0) + unsplit_tokens
            as total_tokens,
        coalesce(((input_tokens::decimal(18, 0) * input::decimal(17, 9))::decimal(30, 9)
            * 0.000001::decimal(7, 6))::decimal(28, 9), 0)
        + coalesce(((cached_input_tokens::decimal(18, 0) * cached_input::decimal(17, 9))::decimal(30, 9)
            * 0.000001::decimal(7, 6))::decimal(28, 9), 0)
        + coalesce(((output_tokens::decimal(18, 0) * output::decimal(17, 9))::decimal(30, 9)
            * 0.000001::decimal(7, 6))::decimal(28, 9), 0) as priced_cost,
        unsplit_tokens
        + case when input is null then coalesce(input_tokens, 0) else 0 end
        + case when cached_input is null then coalesce(cached_input_tokens, 0) else 0 end
        + case when output is null then coalesce(output_tokens, 0) else 0 end as unpriced_tokens
    from model_days
    left join warehouse.reference.models as models on model_days.model = models.model
    left join day_prices
        on
            coalesce(models.price_model, model_days.model) = day_prices.model
            and model_days.usage_date = day_prices.day
),

rates as (
    select price_per_unit, valid_from, coalesce(valid_to, date '2199-12-31') as valid_to
    from warehouse.raw_company.credit_rates
    where unit = 'chatgpt_credit'
),

all_costs as (
    select
        account_key, tool, model, usage_date, 'metered_list' as cost_basis,
        case when unpriced_tokens < total_tokens then priced_cost end as cost,
        null::decimal(28, 9) as credits, unpriced_tokens, total_tokens
    from priced
    where total_tokens > 0

    union all

    select
        account_key, tool, model, usage_date, 'credits',
        (credits::decimal(20, 9) * price_per_unit::decimal(17, 9))::decimal(28, 9), credits, null, null
    from billed_days
    left join rates on usage_date >= rates.valid_from and usage_date < rates.valid_to

    union all

    select account_key, tool, model, usage_date, 'vendor_estimate', estimate, null, null, null
    from billed_days
    where estimate is not null
)

select
    accounts.person_key,
    case when accounts.person_key is null then all_costs.account_key end as account_key,
    case when accounts.person_key is null then 'unattributed' else 'person' end as bucket,
    all_costs.tool,
    all_costs.model,
    all_costs.cost_basis,
    all_costs.usage_date,
    employment.department_key,
    sum(all_costs.cost)::decimal(28, 9) as cost,
    sum(all_costs.credits)::decimal(28, 9) as credits,
    sum(all_costs.unpriced_tokens)::bigint as unpriced_tokens,
    sum(all_costs.total_tokens)::bigint as total_tokens
from all_costs
left join accounts
    on
        all_costs.account_key = accounts.account_key
        and all_costs.usage_date >= accounts.valid_from
        and all_costs.usage_date < accounts.valid_to
left join employment
    on
        accounts.person_key = employment.person_key
        and all_costs.usage_date >= employment.valid_from
        and all_costs.usage_date < employment.valid_to
group by all;

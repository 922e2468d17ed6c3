-- grain: one row a provider, model, token component and span of usage dates with one price

with price_book as (
    -- The price of a request's first tokens: usage is added up by hour or day, so the tier that one
    -- long request reached is not known.
    select * from {{ ref('stg_model_prices__price_book') }}
    where tier_start_tokens = 0
),

price_overrides as (
    select * from {{ ref('stg_company__price_overrides') }}
),

dated_book as (
    select
        *,
        cast(loaded_at as date) as loaded_on,
        coalesce(effective_from, {{ date_bound('first') }}) as effective_on,
        min(cast(loaded_at as date)) over (
            partition by provider, model, component
        ) as first_loaded_on
    from price_book
),

-- The price library restates its history. What was loaded first holds back to its own date; what
-- was loaded later holds from that day on, or a closed month would change with a lock file.
known_book as (
    select
        *,
        case
            when loaded_on = first_loaded_on or effective_on > loaded_on then effective_on
            else loaded_on
        end as known_from
    from dated_book
),

-- Of the prices known on a day the one with the latest own date counts, of several versions of
-- that the one loaded last: each holds until one that outranks it is known.
book_spans as (
    select
        provider,
        model,
        component,
        known_from as valid_from,
        coalesce(
            min(known_from) over (
                partition by provider, model, component
                order by effective_on, loaded_at, price_key
                rows between 1 following and unbounded following
            ),
            {{ date_bound('last') }}
        ) as valid_to,
        usd_per_mtok
    from known_book
),

override_spans as (
    select
        provider,
        model,
        component,
        valid_from,
        coalesce(valid_to, {{ date_bound('last') }}) as valid_to,
        usd_per_mtok
    from price_overrides
),

bounds as (
    select
        provider,
        model,
        component,
        valid_from as bound
    from book_spans
    where valid_from < valid_to
    union distinct
    select
        provider,
        model,
        component,
        valid_to as bound
    from book_spans
    where valid_from < valid_to
    union distinct
    select
        provider,
        model,
        component,
        valid_from as bound
    from override_spans
    union distinct
    select
        provider,
        model,
        component,
        valid_to as bound
    from override_spans
),

spans as (
    select
        provider,
        model,
        component,
        bound as valid_from,
        lead(bound) over (partition by provider, model, component order by bound) as valid_to
    from bounds
),

-- An override of the company wins on its days; of two overrides the one that began last.
priced_spans as (
    select
        spans.provider,
        spans.model,
        spans.component,
        spans.valid_from,
        spans.valid_to,
        coalesce(override_spans.usd_per_mtok, book_spans.usd_per_mtok) as usd_per_mtok,
        case when override_spans.usd_per_mtok is not null then 'override' else 'book' end as source,
        row_number() over (
            partition by spans.provider, spans.model, spans.component, spans.valid_from
            order by override_spans.valid_from desc, override_spans.usd_per_mtok desc
        ) as choice
    from spans
    left join override_spans
        on
            spans.provider = override_spans.provider
            and spans.model = override_spans.model
            and spans.component = override_spans.component
            and spans.valid_from >= override_spans.valid_from
            and spans.valid_from < override_spans.valid_to
    left join book_spans
        on
            spans.provider = book_spans.provider
            and spans.model = book_spans.model
            and spans.component = book_spans.component
            and spans.valid_from >= book_spans.valid_from
            and spans.valid_from < book_spans.valid_to
    where spans.valid_to is not null
),

final as (
    select
        provider,
        model,
        component,
        valid_from,
        valid_to,
        usd_per_mtok,
        source
    from priced_spans
    where choice = 1 and usd_per_mtok is not null
)

select * from final

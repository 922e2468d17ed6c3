-- grain: one row per month, reporting unit (company included) and tier of tokens; one of all tiers (item '')
with person_tokens as (
    select * from {{ ref('person_token_months') }}
),

unit_rows as (
    select
        month_start,
        unit_key,
        tier_key,
        uncached_tier_key
    from person_tokens
    where unit_key is not null

    union all

    select
        month_start,
        'all' as unit_key,
        tier_key,
        uncached_tier_key
    from person_tokens
),

tier_rows as (
    select
        month_start,
        unit_key,
        tier_key as item,
        1 as tier_people,
        0 as uncached_tier_people
    from unit_rows

    union all

    select
        month_start,
        unit_key,
        uncached_tier_key as item,
        0 as tier_people,
        1 as uncached_tier_people
    from unit_rows
),

tiers as (
    select
        month_start,
        unit_key,
        item,
        cast(null as {{ dbt.type_bigint() }}) as token_people,
        {{ total('tier_people') }} as tier_people,
        {{ total('uncached_tier_people') }} as uncached_tier_people
    from tier_rows
    group by month_start, unit_key, item
),

all_tiers as (
    select
        month_start,
        unit_key,
        '' as item,
        cast(count(*) as {{ dbt.type_bigint() }}) as token_people,
        cast(null as {{ dbt.type_bigint() }}) as tier_people,
        cast(null as {{ dbt.type_bigint() }}) as uncached_tier_people
    from unit_rows
    group by month_start, unit_key
),

stacked as (
    select * from tiers
    union all
    select * from all_tiers
),

final as (
    select
        'month' as period_type,
        month_start as period_start,
        unit_key,
        'all' as tool,
        item,
        token_people,
        token_people as uncached_token_people,
        tier_people,
        uncached_tier_people
    from stacked
)

select * from final

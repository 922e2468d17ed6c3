-- grain: one row per tier of tokens, from the company's file, or five where it names none
{%- set default_minimums = [0, 100000, 1000000, 10000000, 100000000] %}
with company_tiers as (
    select
        tier,
        minimum_tokens
    from {{ ref('stg_company__token_tiers') }}
),

default_tiers as (
    {%- for minimum in default_minimums %}
    select
        'tier_{{ loop.index }}' as tier,
        {{ minimum }} as minimum_tokens
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

company_lines as (
    select count(*) as number_of_lines from company_tiers
),

stacked as (
    select * from company_tiers

    union all

    select default_tiers.*
    from default_tiers
    cross join company_lines
    where company_lines.number_of_lines = 0
),

numbered as (
    select
        tier,
        minimum_tokens,
        row_number() over (order by minimum_tokens, tier) as tier_number
    from stacked
),

-- The key sorts as the tiers do. The lowest tier takes everybody below the next.
final as (
    select
        case when tier_number < 10 then '0' else '' end || cast(tier_number as {{ dbt.type_string() }})
            as tier_key,
        tier,
        cast(tier_number as {{ dbt.type_int() }}) as tier_number,
        cast(case when tier_number = 1 then 0 else minimum_tokens end as {{ dbt.type_bigint() }})
            as minimum_tokens
    from numbered
)

select * from final

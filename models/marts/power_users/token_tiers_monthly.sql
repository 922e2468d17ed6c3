-- grain: one row per month, department (reporting unit) and tier of tokens, over all tools
-- Where a tier of a department is hidden, zeros of its other tiers are too: they would tell how many tiers
-- the hidden people are in.
{%- set keys = ['period_start', 'unit_key'] %}
{%- set sets = {'tier_people': 'token_people', 'uncached_tier_people': 'uncached_token_people'} %}
{%- set columns = {'tier_people': 'people', 'uncached_tier_people': 'people_without_cache_reads'} %}
with figures as (
    select * from {{ ref('unit_figures_of_token_tiers') }}
),

tiers as (
    select * from {{ ref('int_token_tiers') }}
),

use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month' and unit_key <> 'unattributed' and tool = 'all' and has_activity
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where
        period_type = 'month'
        and measure in ('tier_people', 'uncached_tier_people', 'token_people', 'uncached_token_people')
),

months as (
    select distinct period_start
    from figures
),

all_tiers as (
    select * from figures
    where item = ''
),

hidden_sets as (
    select
        period_start,
        unit_key,
        {%- for tier, whole in sets.items() %}
        max(case when measure in ('{{ tier }}', '{{ whole }}') then 1 else 0 end) as {{ tier }}_hidden,
        {%- endfor %}
        max(case when measure in ('token_people', 'uncached_token_people') then 1 else 0 end)
            as token_people_hidden
    from hidden_cells
    group by period_start, unit_key
),

hidden_tiers as (
    select
        period_start,
        unit_key,
        item,
        {%- for tier in sets %}
        max(case when measure = '{{ tier }}' then 1 else 0 end) as {{ tier }}_hidden{{ ',' if not loop.last }}
        {%- endfor %}
    from hidden_cells
    where item <> ''
    group by period_start, unit_key, item
),

rows_of_tiers as (
    select
        use_figures.period_start,
        use_figures.unit_key,
        use_figures.unit_name,
        use_figures.period_state,
        use_figures.is_complete,
        tiers.tier_key,
        tiers.tier,
        tiers.minimum_tokens,
        coalesce(hidden_sets.token_people_hidden, 0) as token_people_hidden,
        coalesce(all_tiers.token_people, 0) as token_people,
        {%- for tier in sets %}
        coalesce(hidden_sets.{{ tier }}_hidden, 0) as {{ tier }}_set_hidden,
        coalesce(hidden_tiers.{{ tier }}_hidden, 0) as {{ tier }}_hidden,
        coalesce(figures.{{ tier }}, 0) as {{ tier }}{{ ',' if not loop.last }}
        {%- endfor %}
    from use_figures
    inner join months
        on use_figures.period_start = months.period_start
    cross join tiers
    left join figures
        on
            use_figures.period_start = figures.period_start
            and use_figures.unit_key = figures.unit_key
            and tiers.tier_key = figures.item
    left join hidden_tiers
        on
            use_figures.period_start = hidden_tiers.period_start
            and use_figures.unit_key = hidden_tiers.unit_key
            and tiers.tier_key = hidden_tiers.item
    {%- for relation in ['all_tiers', 'hidden_sets'] %}
    left join {{ relation }}
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}use_figures.{{ key }} = {{ relation }}.{{ key }}
            {%- endfor %}
    {%- endfor %}
),

masked as (
    select
        rows_of_tiers.*,
        case when token_people_hidden = 0 then token_people end as people_with_tokens,
        {%- for tier, column in columns.items() %}
        case
            when {{ tier }}_hidden = 0 and ({{ tier }} > 0 or {{ tier }}_set_hidden = 0) then {{ tier }}
        end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from rows_of_tiers
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tier_key,
        tier,
        minimum_tokens,
        period_start as month_start,
        cast(people as {{ dbt.type_bigint() }}) as people,
        cast(people_without_cache_reads as {{ dbt.type_bigint() }}) as people_without_cache_reads,
        cast(people_with_tokens as {{ dbt.type_bigint() }}) as people_with_tokens,
        {{ plain_ratio('people', 'people_with_tokens') }} as share,
        period_state,
        is_complete as is_complete_month,
        people is null or people_without_cache_reads is null or people_with_tokens is null as is_suppressed
    from masked
)

select * from final

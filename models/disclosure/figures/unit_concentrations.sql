-- grain: one row per month, reporting unit (company included), tool (`all` included) and measure: exact
-- concentration of use among people
-- Of the people who are active, and of those who could be: who hold a seat or are active, or everybody
-- employed where the tool has no seats. These differ by people with nothing, so that one ranking serves both.
{%- set measures = {
    'messages': 'coalesce(user_messages, 0)',
    'tokens': 'coalesce(' ~ total_of_buckets() ~ ', 0)',
} %}
with person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month'
),

unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
    where period_type = 'month'
),

unit_rows as (
    {%- for unit in ['unit_key', "'all'"] %}
    select
        period_start as month_start,
        person_key,
        {{ unit }} as unit_key,
        tool,
        active_people,
        licensed_people,
        {%- for measure, amount in measures.items() %}
        case when active_people = 1 then cast({{ amount }} as {{ type_double() }}) end as {{ measure }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from person_months
    {%- if loop.first %}
    where unit_key is not null

    union all
    {% endif %}
    {%- endfor %}
),

populations as (
    select
        unit_rows.month_start,
        unit_rows.unit_key,
        unit_rows.tool,
        sum(unit_rows.active_people) as active_people,
        case
            when count(unit_rows.licensed_people) > 0
                then sum(
                    case when unit_rows.licensed_people = 1 or unit_rows.active_people = 1 then 1 else 0 end
                )
            else max(unit_headcounts.headcount)
        end as eligible_people
    from unit_rows
    inner join unit_headcounts
        on
            unit_rows.month_start = unit_headcounts.period_start
            and unit_rows.unit_key = unit_headcounts.unit_key
    group by unit_rows.month_start, unit_rows.unit_key, unit_rows.tool
),

amounts as (
    {%- for measure in measures %}
    select
        month_start,
        unit_key,
        tool,
        '{{ measure }}' as measure,
        person_key,
        {{ measure }} as amount
    from unit_rows
    where active_people = 1
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by month_start, unit_key, tool, measure
            order by amount desc, person_key asc
        ) as place
    from amounts
),

-- The tenth of the people who have most, rounded up.
deciles as (
    select
        *,
        cast(ceil(active_people / 10.0) as {{ dbt.type_int() }}) as top_active_people,
        cast(ceil(eligible_people / 10.0) as {{ dbt.type_int() }}) as top_eligible_people
    from populations
),

sums as (
    select
        ranked.month_start,
        ranked.unit_key,
        ranked.tool,
        ranked.measure,
        max(deciles.active_people) as active_people,
        max(deciles.eligible_people) as eligible_people,
        max(deciles.top_active_people) as top_active_people,
        max(deciles.top_eligible_people) as top_eligible_people,
        sum(case when ranked.amount > 0 then 1 else 0 end) as contributors,
        sum(ranked.amount) as amount,
        sum(ranked.place * ranked.amount) as placed_amount,
        {{ is_dominated('ranked.amount', 'ranked.place') }} as is_dominated,
        max(ranked.amount) as largest,
        max(case when ranked.place = 2 then ranked.amount end) as second_largest,
        {%- for population in ['active', 'eligible'] %}
        sum(case when ranked.place <= deciles.top_{{ population }}_people then ranked.amount end)
            as top_{{ population }}_amount{{ ',' if not loop.last }}
        {%- endfor %}
    from ranked
    inner join deciles
        on
            ranked.month_start = deciles.month_start
            and ranked.unit_key = deciles.unit_key
            and ranked.tool = deciles.tool
    group by ranked.month_start, ranked.unit_key, ranked.tool, ranked.measure
),

-- With people in the order of what they have, most first: (n + 1 - 2 * sum(place * amount) / sum(amount)) / n.
final as (
    select
        month_start,
        unit_key,
        tool,
        measure,
        active_people,
        eligible_people,
        contributors,
        is_dominated,
        {%- for population in ['active', 'eligible'] %}
        ({{ population }}_people + 1 - 2 * placed_amount / amount) / {{ population }}_people
            as gini_{{ population }},
        {%- endfor %}
        {%- for population in ['active', 'eligible'] %}
        top_{{ population }}_people,
        top_{{ population }}_amount / amount as top_share_{{ population }},
        -- As for any total: one has more than half of it, or two more than three quarters.
        largest * 2 > top_{{ population }}_amount
        or (largest + coalesce(second_largest, 0)) * 4 > top_{{ population }}_amount * 3
            as is_top_{{ population }}_dominated{{ ',' if not loop.last }}
        {%- endfor %}
    from sums
    where amount > 0
)

select * from final

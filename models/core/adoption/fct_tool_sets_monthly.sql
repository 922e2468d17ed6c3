-- grain: one row per month, person employed in it and tool they were active in, with the set of these tools
with person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month' and active_people = 1 and tool <> 'all'
),

tool_sets as (
    select
        period_start,
        person_key,
        count(*) as tools_used,
        {{ sorted_list('tool', separator='+') }} as tool_set
    from person_months
    group by period_start, person_key
),

final as (
    select
        person_months.period_start as month_start,
        person_months.person_key,
        person_months.tool,
        person_months.unit_key,
        tool_sets.tools_used,
        tool_sets.tool_set
    from person_months
    inner join tool_sets
        on
            person_months.period_start = tool_sets.period_start
            and person_months.person_key = tool_sets.person_key
)

select * from final

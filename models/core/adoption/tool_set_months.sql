-- grain: one row per month and set of tools that anybody in the company used: the name that it is counted under
-- Sets of fewer than k people are pooled, with the next smallest one where they are still fewer. Then, where
-- one to k-1 people of pooled sets use a tool, or do not use it, the smallest named set with it, or without it,
-- is pooled too: it has k people at least, so that no few people are left.
{%- set k = suppression_k() %}
with tool_sets as (
    select * from {{ ref('fct_tool_sets_monthly') }}
),

company as (
    select
        month_start,
        tool_set,
        max(tools_used) as tools_used,
        count(distinct person_key) as people
    from tool_sets
    group by month_start, tool_set
),

tools as (
    select distinct
        month_start,
        tool
    from tool_sets
),

tools_of_sets as (
    select distinct
        month_start,
        tool_set,
        tool
    from tool_sets
),

-- Each set beside each tool of the month: with it or without it. The people of both sides are known, as those
-- of the tool and those of all tools are.
sides as (
    select
        company.month_start,
        company.tool_set,
        tools.tool,
        tools_of_sets.tool is not null as has_tool
    from company
    inner join tools
        on company.month_start = tools.month_start
    left join tools_of_sets
        on
            company.month_start = tools_of_sets.month_start
            and company.tool_set = tools_of_sets.tool_set
            and tools.tool = tools_of_sets.tool
),

beside_smaller as (
    select
        company.*,
        sum(people) over (
            partition by month_start, case when tools_used > 1 then 1 else 0 end
            order by people, tool_set
            rows between unbounded preceding and current row
        ) - people as people_in_smaller
    from company
),

small_pooled as (
    select
        beside_smaller.*,
        people < {{ k }} or people_in_smaller between 1 and {{ k - 1 }} as is_small
    from beside_smaller
),

rests as (
    select
        small_pooled.month_start,
        sides.tool,
        sides.has_tool,
        sum(case when small_pooled.is_small then small_pooled.people else 0 end) as people_pooled
    from small_pooled
    inner join sides
        on
            small_pooled.month_start = sides.month_start
            and small_pooled.tool_set = sides.tool_set
    group by small_pooled.month_start, sides.tool, sides.has_tool
),

ranked as (
    select
        small_pooled.month_start,
        small_pooled.tool_set,
        row_number() over (
            partition by small_pooled.month_start, sides.tool, sides.has_tool
            order by small_pooled.people, small_pooled.tool_set
        ) as size_rank
    from small_pooled
    inner join sides
        on
            small_pooled.month_start = sides.month_start
            and small_pooled.tool_set = sides.tool_set
    inner join rests
        on
            sides.month_start = rests.month_start
            and sides.tool = rests.tool
            and sides.has_tool = rests.has_tool
    where not small_pooled.is_small and rests.people_pooled between 1 and {{ k - 1 }}
),

pooled_for_tools as (
    select distinct
        month_start,
        tool_set
    from ranked
    where size_rank = 1
),

final as (
    select
        small_pooled.month_start,
        small_pooled.tool_set,
        small_pooled.tools_used,
        case
            when not small_pooled.is_small and pooled_for_tools.tool_set is null then small_pooled.tool_set
            when small_pooled.tools_used > 1 then '{{ pooled_set(true) }}'
            else '{{ pooled_set(false) }}'
        end as named_set
    from small_pooled
    left join pooled_for_tools
        on
            small_pooled.month_start = pooled_for_tools.month_start
            and small_pooled.tool_set = pooled_for_tools.tool_set
)

select * from final

-- grain: one row per month, reporting unit (company included) and item: exact people by the tools they used
-- Items are named sets, tools of pooled sets, and none for the people of one tool and of several. Sets are
-- counted for the company alone.
with tool_sets as (
    select * from {{ ref('fct_tool_sets_monthly') }}
),

names as (
    select * from {{ ref('tool_set_months') }}
),

unit_rows as (
    {%- for unit in ['tool_sets.unit_key', "'all'"] %}
    select
        tool_sets.month_start,
        {{ unit }} as unit_key,
        tool_sets.person_key,
        tool_sets.tool,
        tool_sets.tools_used,
        names.named_set
    from tool_sets
    inner join names
        on
            tool_sets.month_start = names.month_start
            and tool_sets.tool_set = names.tool_set
    {%- if loop.first %}
    where tool_sets.unit_key is not null

    union all
    {% endif %}
    {%- endfor %}
),

items as (
    select
        month_start,
        unit_key,
        named_set as item,
        count(distinct person_key) as tool_set_people,
        0 as pooled_tool_people,
        0 as single_tool_people,
        0 as multi_tool_people
    from unit_rows
    where unit_key = 'all'
    group by month_start, unit_key, named_set

    union all

    select
        month_start,
        unit_key,
        tool as item,
        0 as tool_set_people,
        count(*) as pooled_tool_people,
        0 as single_tool_people,
        0 as multi_tool_people
    from unit_rows
    where unit_key = 'all' and named_set in ('{{ pooled_set(false) }}', '{{ pooled_set(true) }}')
    group by month_start, unit_key, tool

    union all

    select
        month_start,
        unit_key,
        '' as item,
        0 as tool_set_people,
        0 as pooled_tool_people,
        count(distinct case when tools_used = 1 then person_key end) as single_tool_people,
        count(distinct case when tools_used > 1 then person_key end) as multi_tool_people
    from unit_rows
    group by month_start, unit_key
),

-- A tool and the set of that tool alone are the same item.
final as (
    select
        'month' as period_type,
        month_start as period_start,
        unit_key,
        'all' as tool,
        item,
        sum(tool_set_people) as tool_set_people,
        sum(pooled_tool_people) as pooled_tool_people,
        sum(single_tool_people) as single_tool_people,
        sum(multi_tool_people) as multi_tool_people
    from items
    group by month_start, unit_key, item
)

select * from final

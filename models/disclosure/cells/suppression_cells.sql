-- grain: one row a cell with contributors (period, unit, tool, measure, item), exact, with its lines
-- Which cells are the same figure, which are parts of another, and what is hidden as a whole.
{%- set parts_of_items = ['pricing', 'seat_class', 'holder_part'] %}
{%- for part in seat_parts() -%}
    {%- do parts_of_items.append(part ~ '_class') -%}
{%- endfor %}
with unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
),

cells as (
    select * from {{ ref('unit_cells') }}
),

task_map as (
    select * from {{ ref('int_task_map') }}
),

-- The figure of `all` is that of the tools that contribute to it: with one tool it is that tool's,
-- and two measures are the same figure only when the same tools make them.
tool_sets as (
    select
        period_type,
        period_start,
        unit_key,
        measure,
        item,
        {{ sorted_list('tool', separator='+') }} as contributing_tools
    from cells
    where tool <> 'all'
    group by period_type, period_start, unit_key, measure, item
),

members as (
    select
        cells.*,
        case
            when cells.tool = 'all' then coalesce(tool_sets.contributing_tools, 'all')
            else cells.tool
        end as number_of_tools,
        count(*) over (
            partition by
                cells.period_type, cells.period_start, cells.unit_key, cells.tool, cells.measure
        ) as items_in_tool
    from cells
    left join tool_sets
        on
            cells.period_type = tool_sets.period_type
            and cells.period_start = tool_sets.period_start
            and cells.unit_key = tool_sets.unit_key
            and cells.measure = tool_sets.measure
            and cells.item = tool_sets.item
),

tied as (
    select
        members.*,
        case
            when measure = 'model_use' and item = 'all' then 'sessions'
            else tie_group
        end as tied_measure,
        case
            when measure = 'model_use' and item = 'all' then ''
            when
                measure in ('seat_holders', 'seats_active', 'seat_days', 'seat_cost', 'product_cost')
                and items_in_tool = 1
                then ''
            else item
        end as tied_item
    from members
),

-- Counts that lie within one another, side by side on each of them.
with_headcounts as (
    select
        tied.*,
        tied.tied_measure || '/' || tied.number_of_tools || '/' || tied.tied_item as own_tie,
        task_map.task_category,
        coalesce(task_map.task_category, case when tied.measure = 'task_people' then tied.item end)
            as task_of_line,
        unit_headcounts.headcount,
        {{ reached_by_cache_reads() }}
    from tied
    left join unit_headcounts
        on
            tied.period_type = unit_headcounts.period_type
            and tied.period_start = unit_headcounts.period_start
            and tied.unit_key = unit_headcounts.unit_key
    left join task_map
        on
            tied.period_type = 'month'
            and tied.tool = task_map.tool
            and task_map.feature = case tied.measure
                when 'feature_people' then tied.item
                when 'active_people' then ''
            end
),

beside_wholes as (
    select
        *,
        count(task_category) over (partition by period_type, period_start, unit_key, task_of_line)
            as uses_of_task,
        max(case when task_category is not null then own_tie end) over (
            partition by period_type, period_start, unit_key, task_of_line
        ) as tie_of_use,
        {{ whole_columns() }}
    from with_headcounts
),

final as (
    select
        period_type,
        period_start,
        unit_key,
        tool,
        measure,
        item,
        kind,
        is_additive,
        case
            when measure = 'cost' and item = 'seat_allocated' then 'seat_product'
            else part_group
        end as part_group,
        -- Items of a tool add up to it, or each is a sum of its own parts. Of people who use a feature or tool:
        -- the category of tasks that it stands for.
        case
            when task_category is not null then task_category
            when
                part_group in (
                    {%- for name in parts_of_items %}
                    '{{ name }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                ) then item
            else ''
        end as part_item,
        is_part_total
        or (measure = 'cost' and item = 'seat_allocated')
        or (measure = 'model_use' and item = 'all') as is_part_total,
        -- A task that one feature or tool alone stands for is the same figure.
        case when measure = 'task_people' and uses_of_task = 1 then tie_of_use else own_tie end as tie_group,
        case
            when measure = 'cost' and item = 'seat_allocated' then 'licensed'
            when measure = 'cost' then 'cost/' || item
            else mask_group
        end as mask_group,
        value,
        contributors,
        largest,
        second_largest,
        {{ others() }} as others,
        {{ others_inside() }} as others_inside
    from beside_wholes
)

select * from final

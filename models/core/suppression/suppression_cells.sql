-- grain: one row a cell with contributors (period, unit, tool, measure, item), exact, with its lines
-- Which cells are the same figure, which are parts of another, and what is hidden as a whole.
with unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
),

cells as (
    select * from {{ ref('unit_cells') }}
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
            when measure in ('seat_holders', 'seats_active') and items_in_tool = 1 then ''
            else item
        end as tied_item
    from members
),

final as (
    select
        tied.period_type,
        tied.period_start,
        tied.unit_key,
        tied.tool,
        tied.measure,
        tied.item,
        tied.kind,
        tied.is_additive,
        case
            when tied.measure = 'cost' and tied.item = 'seat_allocated' then 'seat_product'
            else tied.part_group
        end as part_group,
        tied.is_part_total
        or (tied.measure = 'cost' and tied.item = 'seat_allocated')
        or (tied.measure = 'model_use' and tied.item = 'all') as is_part_total,
        tied.tied_measure || '/' || tied.number_of_tools || '/' || tied.tied_item as tie_group,
        case
            when tied.measure = 'cost' and tied.item = 'seat_allocated' then 'seat_money'
            when tied.measure = 'cost' then 'cost/' || tied.item
            else tied.mask_group
        end as mask_group,
        tied.value,
        tied.contributors,
        tied.largest,
        tied.second_largest,
        unit_headcounts.headcount
    from tied
    left join unit_headcounts
        on
            tied.period_type = unit_headcounts.period_type
            and tied.period_start = unit_headcounts.period_start
            and tied.unit_key = unit_headcounts.unit_key
)

select * from final

-- Fails where all departments are shown and do not add up to the company row.
{{ config(tags=['audit']) }}
with published as (
    {{ published_cells() }}
),

sums as (
    select
        published_table,
        period_start,
        tool,
        measure,
        item,
        sum(case when unit_key = 'all' then shown_value end) as company_value,
        sum(case when unit_key <> 'all' then shown_value end) as department_value,
        sum(case when unit_key <> 'all' then 1 else 0 end) as departments,
        sum(case when shown_value is null then 1 else 0 end) as hidden
    from published
    where unit_key not in ('unattributed', 'unallocated')
    group by published_table, period_start, tool, measure, item
),

-- Each row is rounded to the cent for itself.
final as (
    select * from sums
    where
        hidden = 0
        and departments > 0
        and abs(company_value - department_value) > 0.006 * (departments + 1)
)

select * from final

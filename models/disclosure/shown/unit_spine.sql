-- grain: one row per period, reporting unit (company and `unattributed` included) and tool (`all` included)
-- Every unit has a row for every tool with data by then: silence is a row with zeros.
with unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
),

people_rows as (
    select
        tool_periods.*,
        unit_headcounts.unit_key,
        unit_headcounts.unit_name,
        unit_headcounts.headcount,
        unit_headcounts.department_set
    from unit_headcounts
    inner join tool_periods
        on
            unit_headcounts.period_type = tool_periods.period_type
            and unit_headcounts.period_start = tool_periods.period_start
),

unattributed_rows as (
    select
        tool_periods.*,
        'unattributed' as unit_key,
        '{{ reserved_units()['unattributed'] }}' as unit_name,
        cast(null as {{ dbt.type_int() }}) as headcount,
        'unattributed' as department_set
    from tool_periods
),

final as (
    select * from people_rows
    union all
    select * from unattributed_rows
)

select * from final

-- grain: one row per month and department (reporting unit), and for the company one more per set of tools
-- Decided after the masks of all other tables, which stay as they are, see small_rests().
with spine as (
    select * from {{ ref('unit_spine') }}
    where
        period_type = 'month'
        and unit_key <> 'unattributed'
        and tool = 'all'
        and has_activity
        and gives_active
),

use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'month' and tool = 'all'
),

tool_set_months as (
    select * from {{ ref('tool_set_months') }}
),

unit_sets as (
    select * from {{ ref('unit_tool_sets') }}
),

sets as (
    select
        month_start,
        named_set as tool_set,
        max(case when tool_set = named_set then tools_used end) as tools_used
    from tool_set_months
    group by month_start, named_set
),

unit_counts as (
    select
        period_start,
        unit_key,
        single_tool_people,
        multi_tool_people
    from unit_sets
    where item = ''
),

-- Sets are pooled until nobody or k people are in each, and on both sides of each tool; where that was not
-- possible, no set is shown.
company_sets as (
    select
        period_start,
        tool_set_people,
        pooled_tool_people,
        sum(
            case
                when item in ('{{ pooled_set(false) }}', '{{ pooled_set(true) }}') then tool_set_people
                else 0
            end
        ) over (partition by period_start) as pooled_people
    from unit_sets
    where unit_key = 'all' and item <> ''
),

set_months as (
    select
        period_start,
        min(
            case
                when
                    {{ is_nobody_or_many('tool_set_people') }}
                    and {{ is_nobody_or_many('pooled_tool_people') }}
                    and {{ is_nobody_or_many('pooled_people - pooled_tool_people') }}
                    then 1
                else 0
            end
        ) as sets_are_safe
    from company_sets
    group by period_start
),

counted as (
    select
        spine.*,
        use_figures.active_people,
        {%- for name in ['single_tool_people', 'multi_tool_people'] %}
        coalesce(unit_counts.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        coalesce(set_months.sets_are_safe, 1) as sets_are_safe
    from spine
    inner join use_figures
        on
            spine.period_start = use_figures.period_start
            and spine.unit_key = use_figures.unit_key
    left join unit_counts
        on
            spine.period_start = unit_counts.period_start
            and spine.unit_key = unit_counts.unit_key
    left join set_months
        on spine.period_start = set_months.period_start
),

{{ small_rests(
    'counts',
    'counted',
    ['period_start'],
    {'single_tool_people': none, 'multi_tool_people': none},
    'active_people is not null',
    'active_people',
) }},

rows_of_all as (
    select
        unit_key,
        unit_name,
        period_start,
        period_state,
        is_complete,
        active_tools,
        'all' as tool_set,
        cast(null as {{ dbt.type_int() }}) as tools_used,
        active_people as people,
        active_people,
        {%- for name in ['single_tool_people', 'multi_tool_people'] %}
        case when counts_are_shown = 1 then {{ name }} end as {{ name }},
        {%- endfor %}
        counts_are_shown = 0 as is_suppressed
    from counts_shown
),

rows_of_sets as (
    select
        counts_shown.unit_key,
        counts_shown.unit_name,
        counts_shown.period_start,
        counts_shown.period_state,
        counts_shown.is_complete,
        counts_shown.active_tools,
        sets.tool_set,
        sets.tools_used,
        case
            when counts_shown.counts_are_shown * counts_shown.sets_are_safe = 1
                then coalesce(unit_sets.tool_set_people, 0)
        end as people,
        counts_shown.active_people,
        cast(null as {{ dbt.type_bigint() }}) as single_tool_people,
        cast(null as {{ dbt.type_bigint() }}) as multi_tool_people,
        counts_shown.counts_are_shown * counts_shown.sets_are_safe = 0 as is_suppressed
    from counts_shown
    inner join sets
        on
            counts_shown.period_start = sets.month_start
            and counts_shown.unit_key = 'all'
    left join unit_sets
        on
            counts_shown.period_start = unit_sets.period_start
            and counts_shown.unit_key = unit_sets.unit_key
            and sets.tool_set = unit_sets.item
),

stacked as (
    select * from rows_of_all
    union all
    select * from rows_of_sets
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool_set,
        period_start as month_start,
        cast(tools_used as {{ dbt.type_bigint() }}) as tools_used,
        cast(people as {{ dbt.type_bigint() }}) as people,
        {{ plain_ratio('people', 'active_people') }} as share,
        cast(single_tool_people as {{ dbt.type_bigint() }}) as single_tool_people,
        cast(multi_tool_people as {{ dbt.type_bigint() }}) as multi_tool_people,
        active_tools as tools_included,
        period_state,
        is_complete as is_complete_month,
        is_suppressed
    from stacked
)

select * from final

-- grain: one row per week and value of a dimension, or job function of a unit: people and active people of all
-- tools; values whose people are hidden have no row, which would tell that somebody has them
-- Decided after the masks of all other tables, which stay as they are: values of a dimension only where one of
-- them is in every unit, so that no sum of values is a sum of units, which these may hide.
{%- set keys = ['week_start', 'tool', 'dimension', 'group_key'] %}
{%- set value_keys = ['week_start', 'dimension', 'group_key', 'unit_key'] | join(', ') %}
with dimensions as (
    select * from {{ ref('unit_dimension_use') }}
),

use_figures as (
    select * from {{ ref('masked_unit_figures') }}
    where period_type = 'week'
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'week' and item = ''
),

flags as (
    {{ hidden_flags('hidden_cells', ['period_start', 'unit_key', 'tool'], stage_measures()[:1]) }}
),

mixed as (
    select
        week_start,
        tool,
        dimension,
        {%- for people in ['home', 'active'] %}
        max(case when unit_key <> 'all' then {{ people }}_units end) >= max({{ people }}_units)
            as are_{{ people }}_units_mixed{{ ',' if not loop.last }}
        {%- endfor %}
    from dimensions
    where dimension <> 'job_function'
    group by week_start, tool, dimension
),

-- Everybody has a value, so that each is known to have somebody: of n hidden values one has at most the people
-- of all of them less n - 1, which must be k. Activation tells holders of seats by value; a value without one
-- has no row there. So the same holds for people without a seat, and for values without a holder.
beside_masks as (
    select
        dimensions.*,
        use_figures.period_state,
        use_figures.is_complete,
        use_figures.unit_name,
        use_figures.active_people as shown_active_people,
        coalesce(mixed.are_home_units_mixed, true) as are_home_units_mixed,
        coalesce(mixed.are_active_units_mixed, true) as are_active_units_mixed,
        1 as is_known,
        dimensions.headcount - 1 as headcount_but_one,
        case
            when coalesce(flags.assigned_hidden, 0) > 0 then 0
            when dimensions.unit_key <> 'all' and dimensions.assigned = 0 then dimensions.headcount - 1
            else dimensions.headcount - dimensions.assigned
        end as without_seat,
        case
            when coalesce(flags.assigned_hidden, 0) > 0 or dimensions.headcount = dimensions.assigned then 0
            when dimensions.unit_key = 'all' or dimensions.assigned = 0 then 1
            else 0
        end as is_without_holder
    from dimensions
    inner join use_figures
        on
            dimensions.week_start = use_figures.period_start
            and dimensions.tool = use_figures.tool
            and dimensions.group_key = use_figures.unit_key
    left join mixed
        on
            dimensions.week_start = mixed.week_start
            and dimensions.tool = mixed.tool
            and dimensions.dimension = mixed.dimension
    left join flags
        on
            dimensions.week_start = flags.period_start
            and dimensions.tool = flags.tool
            and dimensions.group_key = flags.unit_key
),

{{ small_rests(
    'heads',
    'beside_masks',
    keys,
    {'headcount_but_one': 'is_known', 'without_seat': 'is_without_holder'},
    'are_home_units_mixed',
    'headcount',
) }},

-- A headcount is the same in all tools. What is left over is safe in each: the rest of one tool, and values
-- that are safe in it.
of_all_tools as (
    select
        heads_shown.*,
        min(heads_are_shown * heads_is_company_shown) over (partition by {{ value_keys }}) as has_headcount
    from heads_shown
),

judged as (
    select * from of_all_tools
    where tool = 'all'
),

{{ small_rests(
    'actives',
    'judged',
    keys,
    {'active_people': none, 'idle_people': none},
    'has_headcount = 1 and are_active_units_mixed and shown_active_people is not null',
    'headcount',
) }},

final as (
    select
        week_start,
        group_key as unit_key,
        unit_name,
        tool,
        dimension,
        member as dimension_value,
        headcount,
        case when actives_are_shown * actives_is_company_shown = 1 then active_people end as active_people,
        period_state,
        is_complete,
        actives_are_shown * actives_is_company_shown = 0 as is_suppressed
    from actives_shown
    where unit_key <> 'all' and has_headcount = 1
)

select * from final

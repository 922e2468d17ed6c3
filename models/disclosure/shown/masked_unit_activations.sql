-- grain: one row per month, tool and reporting unit, value of a dimension, or job function of a unit, with
-- holders: activation, NULL where it is hidden
-- Units have what the masks show of their stages of the funnel. The rest is decided after all masks, which stay
-- as they are: values of a dimension only where one of them is in every unit with holders, so that no sum of
-- values is a sum of units, which these may hide.
{%- set keys = ['month_start', 'tool', 'dimension', 'group_key'] %}
{%- set stages = stage_measures()[:2] %}
{%- set least = least_people_of_statistics() %}
with activations as (
    select * from {{ ref('unit_activations') }}
),

unit_stages as (
    select * from {{ ref('unit_adoption_stages') }}
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'week' and item = ''
),

flags as (
    {{ hidden_flags('hidden_cells', ['period_start', 'unit_key', 'tool'], stage_measures()) }}
),

masked_stages as (
    select
        unit_stages.week_start,
        unit_stages.unit_key,
        unit_stages.tool,
        {%- for stage in stages | map(attribute='name') %}
        case when coalesce(flags.{{ stage }}_hidden, 0) = 0 then unit_stages.{{ stage }} end
            as shown_{{ stage }},
        {%- endfor %}
        {%- for stage in adoption_stages() %}
        {{ '+ ' if not loop.first }}coalesce(flags.{{ stage }}_hidden, 0)
        {%- endfor %} as hidden_stages
    from unit_stages
    left join flags
        on
            unit_stages.week_start = flags.period_start
            and unit_stages.unit_key = flags.unit_key
            and unit_stages.tool = flags.tool
),

weeks as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week' and has_activity and gives_active and gives_licences
),

months as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'month'
),

mixed as (
    select
        month_start,
        tool,
        dimension,
        max(case when unit_key <> 'all' then home_units else 0 end) as most_units,
        max(home_units) as all_units
    from activations
    where dimension not in ('department', 'job_function')
    group by month_start, tool, dimension
),

-- What the funnel shows of the unit that a row, or the group of a row, is about: nobody only where it hides no
-- stage.
beside_stages as (
    select
        activations.*,
        months.period_state,
        coalesce(mixed.most_units, 0) >= coalesce(mixed.all_units, 0) as is_mixed,
        masked_stages.shown_assigned,
        case
            when masked_stages.shown_first_use > 0 or masked_stages.hidden_stages = 0
                then masked_stages.shown_first_use
        end as shown_first_use
    from activations
    inner join weeks
        on
            activations.week_start = weeks.period_start
            and activations.tool = weeks.tool
    inner join months
        on
            activations.month_start = months.period_start
            and activations.tool = months.tool
    left join mixed
        on
            activations.month_start = mixed.month_start
            and activations.tool = mixed.tool
            and activations.dimension = mixed.dimension
    left join masked_stages
        on
            activations.week_start = masked_stages.week_start
            and activations.tool = masked_stages.tool
            and masked_stages.unit_key = case
                when activations.dimension = 'department' and activations.unit_key <> 'all'
                    then activations.member
                else activations.group_key
            end
),

{{ small_rests(
    'holders', 'beside_stages', keys, {'assigned': none}, 'is_mixed and shown_assigned is not null', 'assigned'
) }},

{{ small_rests(
    'uses',
    'holders_shown',
    keys,
    {'activated': none, 'not_activated': none},
    'holders_are_shown = 1 and shown_first_use is not null',
    'assigned',
) }},

masked_uses as (
    select
        *,
        case
            when dimension = 'department' then shown_assigned
            when holders_are_shown = 1 then assigned
        end as masked_assigned,
        case
            when dimension = 'department' then shown_first_use
            when uses_are_shown = 1 then activated
        end as masked_activated
    from uses_shown
),

{%- set waits = {'never_activated': none, 'waiting': none} %}

of_company as (
    select * from masked_uses
    where dimension <> 'job_function'
),

{{ small_rests(
    'waits',
    'of_company',
    keys,
    waits,
    'masked_assigned is not null and masked_activated is not null',
    'assigned',
) }},

-- Job functions add up to their unit, so that they are shown where it is.
of_units as (
    select
        masked_uses.*,
        coalesce(waits_shown.waits_are_shown, 0) as unit_waits_are_shown
    from masked_uses
    left join waits_shown
        on
            masked_uses.month_start = waits_shown.month_start
            and masked_uses.tool = waits_shown.tool
            and masked_uses.group_key = waits_shown.member
            and waits_shown.dimension = 'department'
    where masked_uses.dimension = 'job_function'
),

{{ small_rests(
    'function_waits',
    'of_units',
    keys,
    waits,
    'masked_assigned is not null and masked_activated is not null and unit_waits_are_shown = 1',
    'assigned',
) }},

decided as (
    {%- for relation, decision in {'waits_shown': 'waits', 'function_waits_shown': 'function_waits'}.items() %}
    select
        month_start,
        week_start,
        tool,
        dimension,
        group_key,
        unit_key,
        member,
        masked_assigned,
        masked_activated,
        never_activated,
        people_with_days,
        median_days_to_first_use,
        period_state,
        {{ decision }}_are_shown as waits_are_shown
    from {{ relation }}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        month_start,
        week_start,
        tool,
        dimension,
        case when dimension = 'department' and unit_key <> 'all' then member else group_key end as unit_key,
        case when dimension = 'department' then 'all' else member end as dimension_value,
        masked_assigned as assigned,
        masked_activated as activated,
        case when waits_are_shown = 1 then never_activated end as never_activated,
        case
            when masked_activated is not null and people_with_days >= {{ least }} then median_days_to_first_use
        end as median_days_to_first_use,
        period_state,
        masked_assigned is null
        or masked_activated is null
        or waits_are_shown = 0
        or people_with_days between 1 and {{ least - 1 }} as is_suppressed
    from decided
    where dimension = 'department' or unit_key <> 'all'
)

select * from final

-- grain: one row per week, reporting unit and tool with activity (spine rows): segments and transitions or NULL
-- Decided after the masks of all other tables, which stay as they are, in steps, so that what few people are in
-- hides no more than it must: who used the tool at all, who uses it regularly, power users among these, novices
-- among the others. Of people in two steps the difference counts as well.
{%- set keys = ['period_start', 'tool'] %}
{%- set steps = {
    'users': {
        'within': none,
        'figures': {
            'recent_users': none,
            'non_users': none,
            'idle_users': 'active_people_hidden',
            'recent_without_repeat': 'repeat_use_hidden',
        },
    },
    'regulars': {
        'within': none,
        'figures': {
            'regular_users': none,
            'not_regular': none,
            'novice_or_low': none,
            'regular_without_seat': 'habitual_hidden',
        },
    },
    'powers': {
        'within': 'regulars',
        'figures': {'segment_power': none, 'segment_habitual': none, 'power_without_seat': 'deep_hidden'},
    },
    'novices': {
        'within': 'regulars',
        'figures': {'segment_novice': none, 'segment_low': none, 'low_or_none': none},
    },
} %}
{#- Active people of each earlier week are published too. -#}
{%- for n in range(1, 12) -%}
    {%- do steps['users']['figures'].update({
        'idle_' ~ n ~ '_weeks_ago': 'active_last_week_hidden' if n == 1 else none
    }) -%}
{%- endfor %}
{%- set hiding = stage_measures() + usage_measures()[:1] %}
{%- set least_weeks = 4 %}
with spine as (
    select * from {{ ref('unit_spine') }}
    where period_type = 'week' and unit_key <> 'unattributed' and has_activity and gives_active
),

unit_segments as (
    select * from {{ ref('unit_adoption_segments') }}
),

unit_stages as (
    select * from {{ ref('unit_adoption_stages') }}
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week'
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
    {{ hidden_flags('hidden_cells', ['period_start', 'unit_key', 'tool'], hiding) }}
),

-- A week whose week before was not read has segments alone.
observed as (
    select
        spine.*,
        coalesce(earlier.gives_active, true) as is_week_before_read,
        {{ weeks_observed('spine.first_day', 'spine.period_end') }} as weeks_observed
    from spine
    left join tool_periods as earlier
        on
            spine.tool = earlier.tool
            and spine.period_start = {{ add_days('earlier.period_start', 7) }}
),

counted as (
    select
        observed.period_start,
        observed.unit_key,
        observed.unit_name,
        observed.tool,
        observed.headcount,
        observed.period_state,
        observed.is_complete,
        observed.weeks_observed,
        observed.is_week_before_read,
        use_figures.active_people,
        before_figures.active_people as active_last_week,
        coalesce(before_figures.active_people_hidden, 0) as active_last_week_hidden,
        {%- for name in ['recent_users', 'idle_users', 'active_before', 'active_of_two_weeks'] %}
        coalesce(unit_segments.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        {%- for name in adoption_segments() %}
        coalesce(unit_segments.segment_{{ name }}, 0) as segment_{{ name }},
        {%- endfor %}
        {%- for n in range(1, 12) %}
        coalesce(unit_segments.idle_{{ n }}_weeks_ago, 0) as idle_{{ n }}_weeks_ago,
        {%- endfor %}
        {%- for name in adoption_transitions()[:-1] %}
        coalesce(unit_segments.transition_{{ name }}, 0) as transition_{{ name }},
        {%- endfor %}
        {%- for name in ['repeat_use', 'habitual', 'deep'] %}
        coalesce(unit_stages.{{ name }}, 0) as {{ name }},
        coalesce(flags.{{ name }}_hidden, 0) as {{ name }}_hidden,
        {%- endfor %}
        coalesce(flags.active_people_hidden, 0) as active_people_hidden
    from observed
    left join unit_segments
        on
            observed.period_start = unit_segments.period_start
            and observed.unit_key = unit_segments.unit_key
            and observed.tool = unit_segments.tool
    left join unit_stages
        on
            observed.period_start = unit_stages.week_start
            and observed.unit_key = unit_stages.unit_key
            and observed.tool = unit_stages.tool
    left join flags
        on
            observed.period_start = flags.period_start
            and observed.unit_key = flags.unit_key
            and observed.tool = flags.tool
    left join use_figures
        on
            observed.period_start = use_figures.period_start
            and observed.unit_key = use_figures.unit_key
            and observed.tool = use_figures.tool
    left join use_figures as before_figures
        on
            observed.period_start = {{ add_days('before_figures.period_start', 7) }}
            and observed.unit_key = before_figures.unit_key
            and observed.tool = before_figures.tool
),

figures as (
    select
        *,
        headcount - recent_users as non_users,
        headcount - recent_users + segment_low as low_or_none,
        segment_novice + segment_low as novice_or_low,
        headcount - segment_power - segment_habitual as not_regular,
        recent_users - repeat_use as recent_without_repeat,
        segment_power + segment_habitual as regular_users,
        segment_power + segment_habitual - habitual as regular_without_seat,
        segment_power - deep as power_without_seat
    from counted
),

{%- set state = namespace(relation='figures') %}
{%- for name, step in steps.items() %}
{%- set is_eligible = step.within ~ '_are_shown = 1' if step.within else 'weeks_observed >= ' ~ least_weeks %}
{{ small_rests(name, state.relation, keys, step.figures, is_eligible, step.figures.keys() | first) }},
{% set state.relation = name ~ '_shown' -%}
{%- endfor %}

-- Who left since the week before is lapsed as well: lapsed and retained people are last week's active ones.
judged as (
    select
        *,
        weeks_observed >= {{ least_weeks }} as has_segments,
        users_are_shown * novices_are_shown as lows_are_shown,
        unit_key = 'all' and is_week_before_read and weeks_observed >= {{ least_weeks }} as has_transitions,
        active_last_week - transition_retained as transition_lapsed,
        active_people - transition_retained as transition_joined,
        headcount - active_of_two_weeks as idle_of_two_weeks,
        headcount - active_before as idle_before,
        recent_users - active_of_two_weeks as recent_not_of_two_weeks,
        recent_users - active_before as recent_not_before
    from {{ state.relation }}
),

stayed as (
    select
        *,
        case
            when
                has_transitions
                and users_are_shown = 1
                -- Transitions add up to the active people of both weeks.
                and active_people_hidden + active_last_week_hidden = 0
                {%- for name in [
                    'transition_retained', 'transition_lapsed', 'transition_joined', 'idle_of_two_weeks',
                    'idle_before', 'recent_not_of_two_weeks', 'recent_not_before',
                ] %}
                and {{ is_nobody_or_many(name) }}
                {%- endfor %}
                then 1
            else 0
        end as retained_are_shown
    from judged
),

decided as (
    select
        *,
        case
            when
                retained_are_shown = 1
                and {{ is_nobody_or_many('transition_new') }}
                and {{ is_nobody_or_many('transition_reactivated') }}
                then 1
            else 0
        end as joined_are_shown
    from stayed
),

final as (
    select
        period_start as week_start,
        unit_key,
        unit_name,
        tool,
        headcount,
        {%- for name, step in {
            'regular_users': 'regulars',
            'segment_power': 'powers',
            'segment_habitual': 'powers',
            'segment_novice': 'novices',
            'segment_low': 'lows',
            'non_users': 'users',
            'transition_new': 'joined',
            'transition_retained': 'retained',
            'transition_reactivated': 'joined',
            'transition_lapsed': 'retained',
        }.items() %}
        case when {{ step }}_are_shown = 1 then {{ name }} end as {{ name }},
        {%- endfor %}
        weeks_observed,
        period_state,
        is_complete,
        (has_segments and powers_are_shown * lows_are_shown = 0)
        or (has_transitions and joined_are_shown = 0) as is_suppressed
    from decided
)

select * from final

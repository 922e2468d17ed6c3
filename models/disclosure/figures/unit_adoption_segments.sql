-- grain: one row per week, reporting unit (company included) and tool: exact people by segment and transition
-- Transitions are counted for the company alone: in one week too few people of a department change. Of each
-- earlier week: how many of the users were not active in it, as the active people of that week are published.
{%- set weeks_in_window = 12 %}
{%- set of_transitions = {
    'active_before': ['retained', 'lapsed'],
    'active_of_two_weeks': adoption_transitions(),
} %}
{%- for transition in adoption_transitions() -%}
    {%- do of_transitions.update({'transition_' ~ transition: [transition]}) -%}
{%- endfor %}
with segments as (
    select * from {{ ref('fct_adoption_segments_weekly') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

person_weeks as (
    select distinct
        week_start,
        person_key,
        tool
    from {{ ref('person_tool_weeks') }}
),

earlier_weeks as (
    select
        segments.week_start,
        segments.person_key,
        segments.tool
        {%- for n in range(1, weeks_in_window) %},
        max(
            case when person_weeks.week_start = {{ add_days('segments.week_start', -7 * n) }} then 1 else 0 end
        ) as was_active_{{ n }}
        {%- endfor %}
    from segments
    inner join person_weeks
        on
            segments.person_key = person_weeks.person_key
            and segments.tool = person_weeks.tool
            and segments.week_start > person_weeks.week_start
            and segments.week_start <= {{ add_days('person_weeks.week_start', 7 * (weeks_in_window - 1)) }}
    group by segments.week_start, segments.person_key, segments.tool
),

placed as (
    select
        segments.*
        {%- for n in range(1, weeks_in_window) %},
        coalesce(earlier_weeks.was_active_{{ n }}, 0) as was_active_{{ n }}
        {%- endfor %}
    from segments
    left join earlier_weeks
        on
            segments.week_start = earlier_weeks.week_start
            and segments.person_key = earlier_weeks.person_key
            and segments.tool = earlier_weeks.tool
),

unit_segments as (
    select
        placed.*,
        reporting_units.unit_key
    from placed
    inner join reporting_units
        on
            placed.week_start = reporting_units.period_start
            and placed.department_key = reporting_units.department_key

    union all

    select
        placed.*,
        'all' as unit_key
    from placed
),

final as (
    select
        'week' as period_type,
        week_start as period_start,
        unit_key,
        tool,
        min(weeks_observed) as weeks_observed,
        count(*) as recent_users,
        sum(case when is_active then 0 else 1 end) as idle_users
        {%- for n in range(1, weeks_in_window) %},
        sum(1 - was_active_{{ n }}) as idle_{{ n }}_weeks_ago
        {%- endfor %}
        {%- for segment in adoption_segments() %},
        sum(case when segment = '{{ segment }}' then 1 else 0 end) as segment_{{ segment }}
        {%- endfor %}
        {%- for name, values in of_transitions.items() %},
        sum(
            case
                when unit_key <> 'all' then null
                {%- for value in values %}
                when transition = '{{ value }}' then 1
                {%- endfor %}
                else 0
            end
        ) as {{ name }}
        {%- endfor %}
    from unit_segments
    group by week_start, unit_key, tool
)

select * from final

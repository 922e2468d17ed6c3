-- grain: one row per week, department (reporting unit) and tool with sessions: often or rarely, short or deep
-- Compared with the median of the week's departments: the company row is not one of them.
with unit_use as (
    select * from {{ ref('unit_use') }}
    where period_type = 'week' and session_tools_included is not null
),

departments as (
    select * from unit_use
    where unit_key not in ('all', 'unattributed')
),

{% set metrics = ['sessions_per_active_person', 'messages_per_session'] -%}
{%- for metric in metrics %}
ranked_{{ metric }} as (
    select
        period_start,
        tool,
        {{ metric }},
        row_number() over (partition by period_start, tool order by {{ metric }}, unit_key) as place,
        count(*) over (partition by period_start, tool) as places
    from departments
    where {{ metric }} is not null
),

median_{{ metric }} as (
    select
        period_start,
        tool,
        avg({{ metric }}) as median_value
    from ranked_{{ metric }}
    where place * 2 between places and places + 2
    group by period_start, tool
),
{% endfor %}
placed as (
    select
        unit_use.*,
        median_sessions_per_active_person.median_value as median_sessions,
        median_messages_per_session.median_value as median_messages
    from unit_use
    {%- for metric in metrics %}
    left join median_{{ metric }}
        on
            unit_use.period_start = median_{{ metric }}.period_start
            and unit_use.tool = median_{{ metric }}.tool
    {%- endfor %}
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        period_start as week_start,
        sessions_per_active_person,
        messages_per_session,
        median_sessions as median_sessions_per_active_person,
        median_messages as median_messages_per_session,
        case
            when sessions_per_active_person is null or messages_per_session is null then null
            when sessions_per_active_person >= median_sessions and messages_per_session < median_messages
                then 'frequent_short'
            when sessions_per_active_person >= median_sessions then 'frequent_deep'
            when messages_per_session >= median_messages then 'rare_deep'
            when sessions_per_active_person < median_sessions then 'rare_short'
        end as quadrant,
        session_tools_included as tools_included,
        period_state,
        is_complete as is_complete_week,
        are_sessions_suppressed as is_suppressed
    from placed
    where unit_key <> 'unattributed'
)

select * from final

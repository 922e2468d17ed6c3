-- Fails where a ratio is shown although a figure it is made of is hidden in the same row, or, in the
-- row of all tools, in a tool that it includes.
{{ config(tags=['audit']) }}
{%- set ratios = {
    'active_ratio': ['active_people'],
    'sessions_per_active_person': ['sessions', 'active_people'],
    'messages_per_session': ['sessions', 'user_messages'],
    'messages_per_active_person': ['user_messages', 'active_people'],
} %}
with use_by_tool as (
    select * from {{ ref('department_usage_weekly') }}
),

-- A tool that gives a figure has it for the company, or at least for some department.
given as (
    select
        week_start,
        tool,
        {%- for column in ['sessions', 'user_messages', 'active_people'] %}
        count({{ column }}) as {{ column }}_given{{ ',' if not loop.last }}
        {%- endfor %}
    from use_by_tool
    group by week_start, tool
),

hidden as (
    select
        use_by_tool.department_key,
        use_by_tool.week_start,
        {%- for column in ['sessions', 'user_messages', 'active_people'] %}
        sum(
            case
                when use_by_tool.{{ column }} is null and given.{{ column }}_given > 0 then 1
                else 0
            end
        ) as {{ column }}_hidden{{ ',' if not loop.last }}
        {%- endfor %}
    from use_by_tool
    inner join given
        on
            use_by_tool.week_start = given.week_start
            and use_by_tool.tool = given.tool
    where use_by_tool.tool <> 'all'
    group by use_by_tool.department_key, use_by_tool.week_start
),

final as (
    select
        use_by_tool.department_key,
        use_by_tool.tool,
        use_by_tool.week_start
    from use_by_tool
    inner join hidden
        on
            use_by_tool.department_key = hidden.department_key
            and use_by_tool.week_start = hidden.week_start
    where
        {%- for ratio, parts in ratios.items() %}
        {%- set outer_first = loop.first %}
        {%- for part in parts %}
        {{ 'or ' if not (outer_first and loop.first) }}(
            use_by_tool.{{ ratio }} is not null
            {%- if ratio != 'messages_per_session' or part != 'user_messages' %}
            and use_by_tool.{{ part }} is null
            {%- else %}
            and use_by_tool.tool <> 'all'
            and use_by_tool.{{ part }} is null
            {%- endif %}
        )
        {%- endfor %}
        {%- endfor %}
        or (
            use_by_tool.tool = 'all'
            and use_by_tool.sessions_per_active_person is not null
            and hidden.sessions_hidden > 0
        )
        or (
            use_by_tool.tool = 'all'
            and use_by_tool.messages_per_active_person is not null
            and hidden.user_messages_hidden > 0
        )
)

select * from final

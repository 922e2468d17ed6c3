-- Fails where a ratio is shown although a figure it is made of is hidden in the same row. The row of all tools
-- is no exception: its figures have masks of their own.
{{ config(tags=['audit']) }}
{%- set ratios = {
    'active_ratio': ['active_people'],
    'sessions_per_active_person': ['sessions', 'active_people'],
    'messages_per_session': ['sessions'],
    'messages_per_active_person': ['user_messages', 'active_people'],
} %}
with use_by_tool as (
    select * from {{ ref('department_usage_weekly') }}
),

final as (
    select
        department_key,
        tool,
        week_start
    from use_by_tool
    where
        {%- for ratio, parts in ratios.items() %}
        {{ 'or ' if not loop.first }}(
            {{ ratio }} is not null
            and (
                {%- for part in parts %}
                {{ 'or ' if not loop.first }}{{ part }} is null
                {%- endfor %}
            )
        )
        {%- endfor %}
        -- Messages of a tool are those inside its sessions, or nearly. Over all tools some have no sessions.
        or (tool <> 'all' and messages_per_session is not null and user_messages is null)
)

select * from final

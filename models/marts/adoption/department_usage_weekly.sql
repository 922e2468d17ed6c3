-- grain: one row per week, department (reporting unit) and tool, `all` tools and all departments included
with {{ compared_use('week', 'week_start', 'is_complete_week') }},

final as (
    select
        department_key,
        department_name,
        tool,
        week_start,
        headcount,
        {{- compared_use_columns() }}
        tools_included,
        message_tools_included,
        session_tools_included,
        prompt_tools_included,
        model_tools_included,
        sources_missing,
        period_state,
        is_complete_week,
        is_suppressed
    from compared
)

select * from final

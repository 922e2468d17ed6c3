-- grain: one row per week, department (reporting unit) and tool, `all` tools and all departments included
with {{ compared_use('week', 'week_start', 'is_complete_week') }},

final as (
    select
        department_key,
        department_name,
        tool,
        week_start,
        headcount,
        licensed_people,
        active_people,
        accounts,
        active_ratio,
        licensed_active_ratio,
        sessions,
        user_messages,
        sessions_per_active_person,
        messages_per_session,
        messages_per_active_person,
        prompt_chars_mean,
        short_prompt_ratio,
        long_prompt_ratio,
        advanced_session_ratio,
        acceptance_ratio,
        sessions_per_active_person_14_weeks_ago,
        sessions_per_active_person_change,
        messages_per_session_14_weeks_ago,
        messages_per_session_change,
        prompt_chars_mean_14_weeks_ago,
        prompt_chars_mean_change,
        advanced_session_ratio_14_weeks_ago,
        advanced_session_ratio_change,
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

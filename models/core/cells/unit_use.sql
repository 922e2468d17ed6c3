-- grain: one row per period, reporting unit and tool: masked figures of use and the ratios made of them
-- Weekly and monthly marts are this table and its comparison with 14 weeks before.
{%- set activity = [
    'active_people', 'licensed_people', 'licensed_active_people', 'accounts', 'user_messages',
    'session_messages', 'sessions', 'measured_messages', 'short_prompts', 'medium_prompts',
    'long_prompts', 'prompt_chars', 'known_model_sessions', 'advanced_sessions',
    'suggestions_shown', 'suggestions_accepted',
] %}
with figures as (
    select * from {{ ref('masked_unit_figures') }}
    where has_activity
),

final as (
    select
        period_type,
        period_start,
        period_end,
        -- 14 weeks before the last day: the same weekday, or three calendar months before.
        case
            when period_type = 'week' then {{ add_days('period_start', -98) }}
            else {{ month_start(add_days('period_end', -99)) }}
        end as compared_start,
        unit_key,
        unit_name,
        tool,
        department_set,
        period_state,
        is_complete,
        sources_missing,
        active_tools as tools_included,
        messages_tools as message_tools_included,
        sessions_tools as session_tools_included,
        prompts_tools as prompt_tools_included,
        models_tools as model_tools_included,
        headcount,
        licensed_people,
        active_people,
        accounts,
        {{ plain_ratio('active_people', 'headcount') }} as active_ratio,
        {{ plain_ratio('licensed_active_people', 'licensed_people') }} as licensed_active_ratio,
        sessions,
        user_messages,
        -- People in tools with sessions or messages are the least that active people can be.
        case
            when active_people_hidden = 0 then {{ masked_ratio('sessions', 'session_people', true) }}
        end as sessions_per_active_person,
        {{ masked_ratio('session_messages', 'sessions') }} as messages_per_session,
        case
            when active_people_hidden = 0 then {{ masked_ratio('user_messages', 'message_people', true) }}
        end as messages_per_active_person,
        measured_messages,
        {{ masked_ratio('prompt_chars', 'measured_messages') }} as prompt_chars_mean,
        {{ masked_ratio('short_prompts', 'measured_messages') }} as short_prompt_ratio,
        {{ masked_ratio('medium_prompts', 'measured_messages') }} as medium_prompt_ratio,
        {{ masked_ratio('long_prompts', 'measured_messages') }} as long_prompt_ratio,
        {{ masked_ratio('advanced_sessions', 'known_model_sessions') }} as advanced_session_ratio,
        {{ masked_ratio('suggestions_accepted', 'suggestions_shown') }} as acceptance_ratio,
        {{ any_hidden(activity) }} as is_suppressed,
        {{ any_hidden(['measured_messages', 'short_prompts', 'medium_prompts', 'long_prompts',
                       'prompt_chars']) }} as are_prompts_suppressed,
        {{ any_hidden(['sessions', 'session_messages']) }}
        or {{ any_hidden(['session_people', 'active_people'], with_tools=false) }}
            as are_sessions_suppressed
    from figures
)

select * from final

-- grain: one row a period and tool with data by then, `all` included: what it gives, is it complete
{%- set buckets = token_buckets() %}
with periods as (
    select * from {{ ref('int_periods') }}
),

tools as (
    select * from {{ ref('dim_tools') }}
),

tool_capabilities as (
    select * from {{ ref('tool_capabilities') }}
),

tool_observations as (
    select * from {{ ref('tool_observations') }}
),

tool_sources as (
    select * from {{ ref('tool_period_sources') }}
),

first_days as (
    select
        tool,
        min(first_day) as first_day,
        min(first_seat_day) as first_seat_day,
        min(first_token_day) as first_token_day,
        min(first_credit_day) as first_credit_day
    from tool_observations
    group by tool
),

-- A measure is given where the tool can give it and, in a period with use, did so at least once:
-- the same tool may tell more in one tenant, plan or month than in another.
tool_rows as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        first_days.tool,
        tools.has_activity,
        first_days.first_day,
        tools.has_activity and tool_capabilities.can_active_people as gives_active,
        tools.has_activity
        and tool_capabilities.can_user_messages
        and coalesce(tool_observations.has_messages, true) as gives_messages,
        tools.has_activity
        and tool_capabilities.can_prompt_chars_mean
        and coalesce(tool_observations.has_messages, true) as gives_prompts,
        tools.has_activity
        and tool_capabilities.can_sessions
        and coalesce(tool_observations.has_messages, true) as gives_sessions,
        tools.has_activity and tool_capabilities.can_advanced_session_ratio as gives_models,
        tools.has_activity and tool_capabilities.can_acceptance_ratio as gives_suggestions,
        tool_capabilities.can_licensed_people
        and coalesce(first_days.first_seat_day < periods.period_end, false) as gives_licences,
        {%- for bucket in buckets %}
        tool_capabilities.can_{{ bucket }}
        and coalesce(first_days.first_token_day < periods.period_end, false)
        and coalesce(tool_observations.has_{{ bucket }}, true) as gives_{{ bucket }},
        {%- endfor %}
        tool_capabilities.can_credits
        and coalesce(first_days.first_credit_day < periods.period_end, false) as gives_credits,
        periods.is_over and coalesce(tool_sources.is_final, true) as is_complete,
        periods.is_over and coalesce(tool_sources.is_final_or_dead, true) as is_complete_or_dead,
        tool_sources.sources_missing
    from periods
    inner join first_days
        on periods.period_end > first_days.first_day
    inner join tools
        on first_days.tool = tools.tool
    inner join tool_capabilities
        on first_days.tool = tool_capabilities.tool
    left join tool_observations
        on
            periods.period_type = tool_observations.period_type
            and periods.period_start = tool_observations.period_start
            and first_days.tool = tool_observations.tool
    left join tool_sources
        on
            periods.period_type = tool_sources.period_type
            and periods.period_start = tool_sources.period_start
            and first_days.tool = tool_sources.tool
),

all_rows as (
    select
        period_type,
        period_start,
        period_end,
        'all' as tool,
        {{ dbt.bool_or('has_activity') }} as has_activity,
        min(first_day) as first_day,
        {%- for capability in usage_capabilities() %}
        {{ dbt.bool_or('gives_' ~ capability) }} as gives_{{ capability }},
        {%- endfor %}
        min(case when has_activity and not is_complete_or_dead then 0 else 1 end) = 1 as is_complete,
        {{ sorted_list('case when has_activity then sources_missing end') }} as sources_missing,
        {%- for capability in ['active', 'messages', 'sessions', 'prompts', 'models', 'suggestions'] %}
        {{ sorted_list('case when gives_' ~ capability ~ ' then tool end') }} as {{ capability }}_tools
        {{- ',' if not loop.last }}
        {%- endfor %}
    from tool_rows
    group by period_type, period_start, period_end
),

final as (
    select
        period_type,
        period_start,
        period_end,
        tool,
        has_activity,
        first_day,
        {%- for capability in usage_capabilities() %}
        gives_{{ capability }},
        {%- endfor %}
        is_complete,
        sources_missing,
        {%- for capability in ['active', 'messages', 'sessions', 'prompts', 'models', 'suggestions'] %}
        case when gives_{{ capability }} then tool end as {{ capability }}_tools
        {{- ',' if not loop.last }}
        {%- endfor %}
    from tool_rows

    union all

    select
        period_type,
        period_start,
        period_end,
        tool,
        has_activity,
        first_day,
        {%- for capability in usage_capabilities() %}
        gives_{{ capability }},
        {%- endfor %}
        is_complete,
        sources_missing,
        {%- for capability in ['active', 'messages', 'sessions', 'prompts', 'models', 'suggestions'] %}
        {{ capability }}_tools{{ ',' if not loop.last }}
        {%- endfor %}
    from all_rows
)

select * from final

-- grain: one row per period and tool with data by then, `all` included: what it gives, what state it is in
{%- set buckets = token_buckets() %}
with periods as (
    select * from {{ ref('int_rebuilt_periods') }}
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

concealed_periods as (
    select * from {{ ref('int_concealed_periods') }}
),

-- What a tool told in any period with use decides for one without: what it never tells is no zero there.
first_days as (
    select
        tool,
        {%- for told in ['messages'] + buckets %}
        max(case when has_{{ told }} then 1 when not has_{{ told }} then 0 end) as ever_{{ told }},
        {%- endfor %}
        min(first_day) as first_day,
        min(first_seat_day) as first_seat_day,
        min(first_token_day) as first_token_day,
        min(first_credit_day) as first_credit_day
    from tool_observations
    group by tool
),

-- What the sources tell of the tool in the period. A tool without a declared source is taken as it comes.
read_periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_over,
        first_days.tool,
        coalesce(tool_sources.first_read_day, first_days.first_day) as first_day,
        first_days.first_seat_day,
        first_days.first_token_day,
        first_days.first_credit_day,
        {%- for told in ['messages'] + buckets %}
        first_days.ever_{{ told }},
        {%- endfor %}
        coalesce(tool_sources.is_read, true) and concealed_periods.tool is null as is_read,
        coalesce(tool_sources.is_roster_read, true) as is_roster_read,
        coalesce(tool_sources.is_observed, true) as is_observed,
        coalesce(tool_sources.is_roster_observed, true) as is_roster_observed,
        {%- for metric in period_metrics() %}
        coalesce(tool_sources.can_{{ metric }}, true) as can_{{ metric }},
        {%- endfor %}
        coalesce(tool_sources.is_final, true) as is_final,
        coalesce(tool_sources.is_final_or_dead, true) as is_final_or_dead,
        tool_sources.sources_missing
    from periods
    inner join first_days
        on periods.period_end > first_days.first_day
    left join tool_sources
        on
            periods.period_type = tool_sources.period_type
            and periods.period_start = tool_sources.period_start
            and first_days.tool = tool_sources.tool
    left join concealed_periods
        on
            periods.period_type = concealed_periods.period_type
            and periods.period_start = concealed_periods.period_start
            and first_days.tool = concealed_periods.tool
),

-- A measure is given where a source that gives it was read in the period and, in a period with use, its rows
-- tell it at least once: the same tool may tell more in one tenant, plan or month than in another. In a period
-- without use it is a zero, if the tool ever tells it.
tool_rows as (
    select
        read_periods.period_type,
        read_periods.period_start,
        read_periods.period_end,
        read_periods.tool,
        tools.has_activity,
        read_periods.first_day,
        tools.has_activity
        and tool_capabilities.can_active_people
        and read_periods.can_active_people
        and read_periods.is_read as gives_active,
        tools.has_activity
        and tool_capabilities.can_user_messages
        and read_periods.can_user_messages
        and read_periods.is_read
        and coalesce(tool_observations.has_messages, read_periods.ever_messages = 1, true) as gives_messages,
        tools.has_activity
        and tool_capabilities.can_prompt_chars_mean
        and read_periods.can_prompt_chars_mean
        and read_periods.is_read
        and coalesce(tool_observations.has_messages, read_periods.ever_messages = 1, true) as gives_prompts,
        tools.has_activity
        and tool_capabilities.can_sessions
        and read_periods.can_sessions
        and read_periods.is_read
        and coalesce(tool_observations.has_messages, read_periods.ever_messages = 1, true) as gives_sessions,
        tools.has_activity
        and tool_capabilities.can_advanced_session_ratio
        and read_periods.can_advanced_session_ratio
        and read_periods.is_read as gives_models,
        tools.has_activity
        and tool_capabilities.can_acceptance_ratio
        and read_periods.can_acceptance_ratio
        and read_periods.is_read as gives_suggestions,
        -- Where no roster was read or carried into the period, nobody knows who holds a seat.
        tool_capabilities.can_licensed_people
        and coalesce(read_periods.first_seat_day < read_periods.period_end, false)
        and (read_periods.is_roster_read or tool_observations.first_seat_day is not null)
            as gives_licences,
        {%- for bucket in buckets %}
        tool_capabilities.can_{{ bucket }}
        and read_periods.can_{{ bucket }}
        and read_periods.is_read
        and coalesce(read_periods.first_token_day < read_periods.period_end, false)
        and coalesce(tool_observations.has_{{ bucket }}, read_periods.ever_{{ bucket }} = 1, true)
            as gives_{{ bucket }},
        {%- endfor %}
        tool_capabilities.can_credits
        and read_periods.can_credits
        and read_periods.is_read
        and coalesce(read_periods.first_credit_day < read_periods.period_end, false) as gives_credits,
        {{ period_state('read_periods.is_observed') }} as period_state,
        {{ period_state('read_periods.is_observed and read_periods.is_roster_observed') }} as seat_period_state,
        read_periods.is_observed,
        read_periods.is_roster_observed,
        read_periods.sources_missing
    from read_periods
    inner join tools
        on read_periods.tool = tools.tool
    inner join tool_capabilities
        on read_periods.tool = tool_capabilities.tool
    left join tool_observations
        on
            read_periods.period_type = tool_observations.period_type
            and read_periods.period_start = tool_observations.period_start
            and read_periods.tool = tool_observations.tool
),

-- All tools: a tool whose use was not read at all is left out, and a dead source stops waiting after its days.
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
        {%- for name, counts in {'period_state': 'gives_active', 'seat_period_state': 'has_activity'}.items() %}
        case
            when max(case when period_state = 'running' then 1 else 0 end) = 1 then 'running'
            when max(case when {{ counts }} and {{ name }} = 'not_final' then 1 else 0 end) = 1 then 'not_final'
            when max(case when {{ counts }} and {{ name }} = 'partly_observed' then 1 else 0 end) = 1
                then 'partly_observed'
            else 'complete'
        end as {{ name }},
        {%- endfor %}
        min(case when not gives_active or is_observed then 1 else 0 end) = 1 as is_observed,
        min(case when not has_activity or is_roster_observed then 1 else 0 end) = 1 as is_roster_observed,
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
        period_state,
        seat_period_state,
        period_state = 'complete' as is_complete,
        is_observed,
        is_roster_observed,
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
        period_state,
        seat_period_state,
        period_state = 'complete' as is_complete,
        is_observed,
        is_roster_observed,
        sources_missing,
        {%- for capability in ['active', 'messages', 'sessions', 'prompts', 'models', 'suggestions'] %}
        {{ capability }}_tools{{ ',' if not loop.last }}
        {%- endfor %}
    from all_rows
)

select * from final

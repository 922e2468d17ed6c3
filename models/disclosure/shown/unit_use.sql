-- grain: one row per period, reporting unit and tool: masked figures of use and the ratios made of them
-- Weekly and monthly marts are this table and its comparison with 14 weeks before.
{#- What the columns are made of. People who are divided by do not add up over tools. -#}
{%- set divided_by = usage_measures() | selectattr('group', 'equalto', 'denominators')
    | map(attribute='name') | list %}
{%- set parts = [] %}
{%- for column in usage_columns() %}
{%- for name in ([column.numerator, column.denominator] if column.numerator else [column.name]) %}
{%- do parts.append(name) if name not in parts + divided_by + ['headcount'] %}
{%- endfor %}
{%- endfor %}
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
        {%- for column in usage_columns() %}
        {{ usage_column(column) }},
        {%- endfor %}
        {{ any_hidden(parts) }}
        or {{ any_hidden(divided_by) }} as is_suppressed,
        {{ any_hidden(['measured_messages', 'short_prompts', 'medium_prompts', 'long_prompts',
                       'prompt_chars']) }} as are_prompts_suppressed,
        {{ any_hidden(['sessions', 'session_messages']) }}
        or {{ any_hidden(['session_people', 'active_people']) }}
            as are_sessions_suppressed
    from figures
)

select * from final

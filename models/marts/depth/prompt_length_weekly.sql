-- grain: one row per week, department (reporting unit) and tool: how long prompts are
with unit_use as (
    select * from {{ ref('unit_use') }}
    where period_type = 'week'
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        period_start as week_start,
        measured_messages,
        prompt_chars_mean,
        short_prompt_ratio as short_ratio,
        medium_prompt_ratio as medium_ratio,
        long_prompt_ratio as long_ratio,
        prompt_tools_included as tools_included,
        period_state,
        is_complete as is_complete_week,
        are_prompts_suppressed as is_suppressed
    from unit_use
)

select * from final

-- grain: one row per week, department (reporting unit) and tool: people by segment and by transition
-- Everybody employed has one segment. Who used the tool in the week or in the one before has one transition,
-- which is counted for the company alone.
with masked_segments as (
    select * from {{ ref('masked_unit_segments') }}
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        week_start,
        cast(headcount as {{ dbt.type_bigint() }}) as headcount,
        {%- for segment in adoption_segments() %}
        cast(segment_{{ segment }} as {{ dbt.type_bigint() }}) as {{ segment }},
        {%- endfor %}
        cast(regular_users as {{ dbt.type_bigint() }}) as regular,
        cast(non_users as {{ dbt.type_bigint() }}) as non_user,
        {%- for transition in adoption_transitions() %}
        cast(transition_{{ transition }} as {{ dbt.type_bigint() }}) as {{ transition }},
        {%- endfor %}
        weeks_observed,
        {{ segment_rule_version() }} as rule_version,
        period_state,
        is_complete as is_complete_week,
        is_suppressed
    from masked_segments
)

select * from final

-- grain: one row per week and value of a dimension; job functions by department (reporting unit)
with dimensions as (
    select * from {{ ref('masked_unit_dimensions') }}
),

final as (
    select
        unit_key as department_key,
        unit_name as department_name,
        tool,
        dimension,
        dimension_value,
        week_start,
        cast(headcount as {{ dbt.type_bigint() }}) as headcount,
        cast(active_people as {{ dbt.type_bigint() }}) as active_people,
        {{ plain_ratio('active_people', 'headcount') }} as active_ratio,
        period_state,
        is_complete as is_complete_week,
        is_suppressed
    from dimensions
)

select * from final

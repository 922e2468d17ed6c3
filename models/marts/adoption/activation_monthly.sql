-- grain: one row per month, tool and department (reporting unit), and more by job function, location, manager
-- and tenure
-- A dimension other than `department` has rows of the company; job functions have rows of their department.
with activations as (
    select * from {{ ref('masked_unit_activations') }}
),

unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
    where period_type = 'week'
),

product_weeks as (
    select * from {{ ref('product_weeks') }}
),

final as (
    select
        activations.unit_key as department_key,
        unit_headcounts.unit_name as department_name,
        activations.tool,
        activations.dimension,
        activations.dimension_value,
        activations.month_start,
        activations.week_start as last_week,
        cast(
            case
                when activations.unit_key = 'all' and activations.dimension = 'department'
                    then product_weeks.purchased_seats
            end as {{ dbt.type_bigint() }}
        ) as purchased,
        cast(activations.assigned as {{ dbt.type_bigint() }}) as assigned,
        cast(activations.activated as {{ dbt.type_bigint() }}) as activated,
        case
            when activations.unit_key = 'all' and activations.dimension = 'department'
                then {{ plain_ratio('activations.activated', 'product_weeks.purchased_seats') }}
        end as activation_ratio,
        {{ plain_ratio('activations.activated', 'activations.assigned') }} as assigned_activation_ratio,
        activations.median_days_to_first_use,
        cast(activations.never_activated as {{ dbt.type_bigint() }}) as never_activated,
        activations.period_state,
        activations.period_state = 'complete' as is_complete_month,
        activations.is_suppressed
    from activations
    inner join unit_headcounts
        on
            activations.week_start = unit_headcounts.period_start
            and activations.unit_key = unit_headcounts.unit_key
    left join product_weeks
        on
            activations.week_start = product_weeks.week_start
            and activations.tool = product_weeks.tool
)

select * from final

-- grain: one row per period and department: the unit in which it is reported
-- Decided by headcount on the period's first day alone. Departments below the minimum form one
-- pool; if the pool is too small, the smallest named unit joins it, which always is enough. If no
-- unit remains there is no row, and only the company is reported.
{%- set minimum = [var('min_unit_headcount') | int, 5] | max %}
with period_departments as (
    select * from {{ ref('int_period_departments') }}
),

sized_departments as (
    select
        period_departments.*,
        first_day_headcount >= {{ minimum }} as is_large
    from period_departments
),

-- A pool nobody belongs to needs no rescue; one that fills up after the first day does.
pools as (
    select
        period_type,
        period_start,
        sum(case when is_large then 0 else first_day_headcount end) as pool_headcount,
        max(
            case
                when not is_large and (first_day_headcount > 0 or headcount > 0) then 1
                else 0
            end
        ) = 1 as has_pool
    from sized_departments
    group by period_type, period_start
),

ranked_departments as (
    select
        sized_departments.*,
        row_number() over (
            partition by period_type, period_start, is_large
            order by first_day_headcount, department_key
        ) as size_rank
    from sized_departments
),

decided_departments as (
    select
        ranked_departments.period_type,
        ranked_departments.period_start,
        ranked_departments.department_key,
        ranked_departments.department_name,
        ranked_departments.first_day_headcount,
        not ranked_departments.is_large
        or (
            pools.has_pool
            and pools.pool_headcount < {{ minimum }}
            and ranked_departments.size_rank = 1
        ) as is_pooled
    from ranked_departments
    inner join pools
        on ranked_departments.period_type = pools.period_type
            and ranked_departments.period_start = pools.period_start
),

decided_pools as (
    select
        period_type,
        period_start,
        sum(case when is_pooled then first_day_headcount else 0 end) as pool_headcount,
        max(case when is_pooled then 0 else 1 end) = 1 as has_named_unit
    from decided_departments
    group by period_type, period_start
),

-- A pool still below the minimum exists only beside named units when nobody is in it.
final as (
    select
        decided_departments.period_type,
        decided_departments.period_start,
        decided_departments.department_key,
        case
            when decided_departments.is_pooled then 'other'
            else decided_departments.department_key
        end as unit_key,
        case
            when decided_departments.is_pooled then '{{ reserved_units()['other'] }}'
            else decided_departments.department_name
        end as unit_name
    from decided_departments
    inner join decided_pools
        on decided_departments.period_type = decided_pools.period_type
            and decided_departments.period_start = decided_pools.period_start
    where
        decided_pools.has_named_unit
        or decided_pools.pool_headcount >= {{ minimum }}
)

select * from final

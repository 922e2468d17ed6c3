-- grain: one row in all: the logical now of the newest run
-- Every model that depends on time reads it here; a wall clock would change results between runs.
with runs as (
    select * from {{ ref('stg_ops__runs') }}
),

newest as (
    select max(as_of) as as_of
    from runs
),

final as (
    select
        as_of,
        {{ reporting_date('as_of') }} as as_of_date
    from newest
)

select * from final

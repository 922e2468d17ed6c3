-- grain: One row per run of the pipeline.
with source as (
    select * from {{ source('ops', 'runs') }}
),

final as (
    select
        run_id,
        as_of,
        started_at
    from source
)

select * from final

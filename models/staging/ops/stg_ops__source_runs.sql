-- grain: One row per source in a run.
with source as (
    select * from {{ source('ops', 'source_runs') }}
),

final as (
    select
        run_id,
        source,
        is_connected,
        status,
        error,
        row_count,
        started_at,
        finished_at
    from source
)

select * from final

-- grain: One row per account of a source in a run.
with source as (
    select * from {{ source('ops', 'source_runs') }}
),

final as (
    select
        run_id,
        source,
        tenant,
        is_connected,
        status,
        error,
        row_count,
        started_at,
        finished_at
    from source
)

select * from final

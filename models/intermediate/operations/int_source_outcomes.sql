-- grain: one row per source: how its newest run went, and when it last succeeded
with source_runs as (
    select * from {{ ref('stg_ops__source_runs') }}
),

runs as (
    select * from {{ ref('stg_ops__runs') }}
),

dated_runs as (
    select
        source_runs.source,
        source_runs.is_connected,
        source_runs.status,
        source_runs.finished_at,
        runs.as_of,
        row_number() over (
            partition by source_runs.source
            order by source_runs.started_at desc, source_runs.run_id desc
        ) as recency
    from source_runs
    inner join runs
        on source_runs.run_id = runs.run_id
),

last_successes as (
    select
        source,
        max(as_of) as last_success_at
    from dated_runs
    where status = 'ok'
    group by source
),

first_runs as (
    select
        source,
        min(as_of) as first_run_at
    from dated_runs
    where is_connected
    group by source
),

final as (
    select
        dated_runs.source,
        dated_runs.is_connected,
        dated_runs.status as last_status,
        last_successes.last_success_at,
        first_runs.first_run_at
    from dated_runs
    left join last_successes
        on dated_runs.source = last_successes.source
    left join first_runs
        on dated_runs.source = first_runs.source
    where dated_runs.recency = 1
)

select * from final

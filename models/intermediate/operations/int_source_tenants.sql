-- grain: one row per source and account: how the newest run that asked it went, and when it last succeeded
{{ config(materialized='view') }}

with source_runs as (
    select * from {{ ref('stg_ops__source_runs') }}
),

runs as (
    select * from {{ ref('stg_ops__runs') }}
),

dated_runs as (
    select
        source_runs.source,
        source_runs.tenant,
        source_runs.run_id,
        source_runs.is_connected,
        source_runs.status,
        runs.as_of,
        first_value(source_runs.run_id) over (
            partition by source_runs.source
            order by source_runs.started_at desc, source_runs.run_id desc
        ) as newest_run_id,
        row_number() over (
            partition by source_runs.source, source_runs.tenant
            order by source_runs.started_at desc, source_runs.run_id desc
        ) as recency
    from source_runs
    inner join runs
        on source_runs.run_id = runs.run_id
),

first_and_last as (
    select
        source,
        tenant,
        max(case when status = 'ok' then as_of end) as last_success_at,
        min(case when is_connected then as_of end) as first_run_at
    from dated_runs
    group by source, tenant
),

final as (
    select
        dated_runs.source,
        dated_runs.tenant,
        dated_runs.is_connected,
        dated_runs.status as last_status,
        dated_runs.run_id = dated_runs.newest_run_id as is_of_newest_run,
        first_and_last.last_success_at,
        first_and_last.first_run_at
    from dated_runs
    inner join first_and_last
        on
            dated_runs.source = first_and_last.source
            and dated_runs.tenant = first_and_last.tenant
    where dated_runs.recency = 1
)

select * from final

-- grain: One row a reason for which records of a run were rejected; no values.
with source as (
    select * from {{ source('ops', 'rejected_records') }}
),

final as (
    select
        run_id,
        source,
        resource,
        reason,
        record_count,
        sample_hash,
        sample_offset,
        rejected_at,
        coalesce(is_kept, false) as is_kept
    from source
)

select * from final

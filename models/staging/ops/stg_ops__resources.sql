-- grain: One row per resource: its grain, look-back, finality and retention.
with source as (
    select * from {{ source('ops', 'resources') }}
),

final as (
    select
        source,
        resource,
        tool,
        grain,
        fetch_window,
        lookback_days,
        finality_lag_days,
        retention_days
    from source
)

select * from final

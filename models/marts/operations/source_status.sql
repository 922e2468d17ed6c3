-- grain: one row per source and resource: connected, fresh, complete
with resource_status as (
    select * from {{ ref('int_resource_status') }}
),

source_outcomes as (
    select * from {{ ref('int_source_outcomes') }}
),

gaps as (
    select * from {{ ref('int_resource_gaps') }}
),

undated_row_counts as (
    select * from {{ ref('int_undated_row_counts') }}
),

concealed_resources as (
    select * from {{ ref('int_concealed_resources') }}
),

collected as (
    select * from {{ ref('data_collected') }}
),

-- How far a table was read: its window says so, or its own days. Rows of no day came with the last success.
reach as (
    select
        resource_status.source,
        resource_status.resource,
        case
            when resource_status.fetch_window is not null then windows.data_through
            when resource_status.grain = 'event' and resource_status.data_through is null
                then {{ reporting_date('source_outcomes.last_success_at') }}
            else resource_status.data_through
        end as data_through,
        coalesce(windows.finality_lag_days, resource_status.finality_lag_days, 0) as finality_lag_days
    from resource_status
    left join resource_status as windows
        on
            resource_status.source = windows.source
            and resource_status.fetch_window = windows.resource
    left join source_outcomes
        on resource_status.source = source_outcomes.source
),

final as (
    select
        resource_status.source,
        resource_status.resource,
        resource_status.tool,
        coalesce(source_outcomes.is_connected, false) as is_connected,
        source_outcomes.last_status,
        source_outcomes.last_success_at,
        -- Rows about people are people: those of one day are the difference of two nights.
        case
            when
                not coalesce(collected.is_personal_data, true)
                or coalesce(resource_status.row_count, undated_row_counts.row_count, 0) = 0
                then coalesce(resource_status.row_count, undated_row_counts.row_count, 0)
        end as row_count,
        resource_status.first_day,
        reach.data_through,
        cast(resource_status.finality_lag_days as {{ dbt.type_bigint() }}) as finality_lag_days,
        coalesce(gaps.missing_days, 0) as missing_days,
        coalesce(gaps.permanent_gap_days, 0) as permanent_gap_days,
        gaps.permanent_gap_from,
        gaps.permanent_gap_to,
        resource_status.pending_days,
        resource_status.rejected_rows,
        -- A part that a source without failure never read is not configured; it is not behind.
        coalesce(source_outcomes.is_connected, false)
        and (
            coalesce(source_outcomes.last_status = 'failed', false)
            or coalesce(
                reach.data_through < {{ add_days(
                    'resource_status.as_of_date',
                    '-(reach.finality_lag_days + ' ~ var('stale_after_days') ~ ')'
                ) }},
                false
            )
        ) as is_stale,
        coalesce(concealed_resources.names_concealed, false) as names_concealed,
        resource_status.as_of
    from resource_status
    inner join reach
        on
            resource_status.source = reach.source
            and resource_status.resource = reach.resource
    left join source_outcomes
        on resource_status.source = source_outcomes.source
    left join gaps
        on
            resource_status.source = gaps.source
            and resource_status.resource = gaps.resource
    left join undated_row_counts
        on
            resource_status.source = undated_row_counts.source
            and resource_status.resource = undated_row_counts.resource
    left join concealed_resources
        on
            resource_status.source = concealed_resources.source
            and resource_status.resource = concealed_resources.resource
    left join collected
        on
            resource_status.source = collected.source
            and resource_status.resource = collected.resource
)

select * from final

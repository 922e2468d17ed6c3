-- grain: one row a source and resource: connected, fresh, complete
{%- set stale_after_days = 2 %}
with resource_status as (
    select * from {{ ref('int_resource_status') }}
),

source_outcomes as (
    select * from {{ ref('int_source_outcomes') }}
),

gaps as (
    select * from {{ ref('int_resource_gaps') }}
),

final as (
    select
        resource_status.source,
        resource_status.resource,
        resource_status.tool,
        coalesce(source_outcomes.is_connected, false) as is_connected,
        source_outcomes.last_status,
        source_outcomes.last_success_at,
        coalesce(resource_status.row_count, 0) as row_count,
        resource_status.first_day,
        resource_status.data_through,
        cast(resource_status.finality_lag_days as {{ dbt.type_bigint() }}) as finality_lag_days,
        coalesce(gaps.missing_days, 0) as missing_days,
        coalesce(gaps.permanent_gap_days, 0) as permanent_gap_days,
        resource_status.pending_days,
        resource_status.rejected_rows,
        coalesce(source_outcomes.is_connected, false)
        and resource_status.grain <> 'event'
        and coalesce(
            resource_status.data_through < {{ add_days(
                'resource_status.as_of_date',
                '-(coalesce(resource_status.finality_lag_days, 0) + ' ~ stale_after_days ~ ')'
            ) }},
            true
        ) as is_stale,
        resource_status.as_of
    from resource_status
    left join source_outcomes
        on resource_status.source = source_outcomes.source
    left join gaps
        on
            resource_status.source = gaps.source
            and resource_status.resource = gaps.resource
)

select * from final

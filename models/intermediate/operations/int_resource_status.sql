-- grain: one row per resource of a source: what was fetched of it, and through which day
with resources as (
    select * from {{ ref('stg_ops__resources') }}
),

loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
),

rejected_records as (
    select * from {{ ref('stg_ops__rejected_records') }}
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

source_tenants as (
    select * from {{ ref('int_source_tenants') }}
),

-- Two tenants of one vendor are through a day when both are; of two scopes one is enough.
tenants as (
    select
        source,
        resource,
        tenant,
        max(case when status <> 'pending' then day end) as data_through
    from loaded_days
    group by source, resource, tenant
),

-- A tenant that is disconnected brings nothing any more and holds nobody up, unless it is the only one.
tenant_status as (
    select
        tenants.source,
        tenants.resource,
        coalesce(
            min(case when coalesce(source_tenants.is_connected, true) then tenants.data_through end),
            min(tenants.data_through)
        ) as data_through
    from tenants
    left join source_tenants
        on
            tenants.source = source_tenants.source
            and tenants.tenant = source_tenants.tenant
    group by tenants.source, tenants.resource
),

tenant_days as (
    select
        source,
        resource,
        tenant,
        day,
        sum(row_count) as row_count,
        max(case when status = 'pending' then 0 else 1 end) as is_loaded
    from loaded_days
    group by source, resource, tenant, day
),

day_status as (
    select
        source,
        resource,
        day,
        sum(row_count) as row_count,
        min(is_loaded) as is_loaded,
        max(is_loaded) as is_loaded_of_any
    from tenant_days
    group by source, resource, day
),

day_totals as (
    select
        source,
        resource,
        min(case when is_loaded_of_any = 1 then day end) as first_day,
        max(case when is_loaded_of_any = 1 then day end) as last_day,
        {{ total('1 - is_loaded') }} as pending_days,
        {{ total('row_count') }} as row_count
    from day_status
    group by source, resource
),

rejects as (
    select
        source,
        resource,
        {{ total('record_count') }} as rejected_rows
    from rejected_records
    where not is_kept
    group by source, resource
),

-- The log files of a source tell which days its events were read; the tables alone cannot, since a
-- quiet day leaves no row. An identity table is read along with the others.
sources_with_windows as (
    select distinct source
    from resources
    where grain = 'window'
),

final as (
    select
        resources.source,
        resources.resource,
        resources.tool,
        resources.grain,
        resources.fetch_window,
        resources.finality_lag_days,
        resources.retention_days,
        day_totals.first_day,
        day_totals.last_day,
        tenant_status.data_through,
        day_totals.row_count,
        coalesce(rejects.rejected_rows, 0) as rejected_rows,
        coalesce(day_totals.pending_days, 0) as pending_days,
        resources.tool is not null
        and day_totals.first_day is not null
        and resources.grain <> 'current'
        and resources.resource <> 'identity_links'
        and (resources.grain <> 'event' or sources_with_windows.source is null)
            as decides_completeness,
        run_clock.as_of,
        run_clock.as_of_date
    from resources
    left join day_totals
        on
            resources.source = day_totals.source
            and resources.resource = day_totals.resource
    left join tenant_status
        on
            resources.source = tenant_status.source
            and resources.resource = tenant_status.resource
    left join rejects
        on
            resources.source = rejects.source
            and resources.resource = rejects.resource
    left join sources_with_windows
        on resources.source = sources_with_windows.source
    cross join run_clock
)

select * from final

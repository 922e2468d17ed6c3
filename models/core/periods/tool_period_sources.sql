-- grain: one row per period and tool: from which day on its sources were read, and whether they are final
-- A tool is read with every source that tells of it and whose kit gives a figure of it.
{%- set dead_after_days = 7 %}
with periods as (
    select * from {{ ref('int_periods') }}
),

capabilities as (
    select stated.*
    from {{ ref('metric_capabilities') }} as stated
    inner join {{ ref('int_tool_sources') }} as tool_sources
        on
            stated.tool = tool_sources.tool
            and stated.source = tool_sources.source
    where stated.capability <> 'unavailable'
),

deciding_resources as (
    select * from {{ ref('int_resource_status') }}
    where decides_completeness
),

resources as (
    select * from {{ ref('stg_ops__resources') }}
),

loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
    where status <> 'pending'
),

disconnected_tenants as (
    select * from {{ ref('int_source_tenants') }}
    where not is_connected
),

-- What was asked of an account that is disconnected now will not be answered any more.
pending_days as (
    select pending.*
    from {{ ref('stg_ops__loaded_days') }} as pending
    left join disconnected_tenants
        on
            pending.source = disconnected_tenants.source
            and pending.tenant = disconnected_tenants.tenant
    where pending.status = 'pending' and disconnected_tenants.tenant is null
),

lost_days as (
    select * from {{ ref('stg_ops__lost_days') }}
    where state <> 'recovered'
),

tool_feeds as (
    select
        tool,
        source,
        {%- for metric in period_metrics() %}
        max(case when metric = '{{ metric }}' then 1 else 0 end) as can_{{ metric }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from capabilities
    group by tool, source
),

resource_status as (
    select
        deciding_resources.source,
        deciding_resources.resource,
        tool_feeds.tool,
        deciding_resources.grain,
        deciding_resources.retention_days,
        deciding_resources.finality_lag_days,
        deciding_resources.first_day,
        deciding_resources.data_through,
        deciding_resources.as_of_date,
        coalesce(resources.lookback_days, 0) > 0 as tells_past
    from deciding_resources
    inner join tool_feeds
        on deciding_resources.source = tool_feeds.source
    left join resources
        on
            deciding_resources.source = resources.source
            and deciding_resources.resource = resources.resource
),

-- A report that shows the present alone counts where a tool has nothing that also tells of earlier days.
tools_with_past as (
    select distinct tool
    from resource_status
    where grain in ('day', 'window') and tells_past
),

parts as (
    select
        resource_status.tool,
        resource_status.source,
        resource_status.resource,
        resource_status.grain in ('day', 'window') as tells_use
    from resource_status
    left join tools_with_past
        on resource_status.tool = tools_with_past.tool
    where
        resource_status.grain = 'snapshot'
        or (
            resource_status.grain in ('day', 'window')
            and (resource_status.tells_past or tools_with_past.tool is null)
        )
),

-- Days before the first row of a tenant were asked for and brought nothing: what was never recorded, or was
-- deleted since, looks the same. They count only where there never was a row.
first_rows as (
    select
        parts.tool,
        loaded_days.source,
        loaded_days.tenant,
        min(loaded_days.day) as first_row_day
    from parts
    inner join resources
        on
            parts.source = resources.source
            and parts.resource = coalesce(resources.fetch_window, resources.resource)
    inner join loaded_days
        on
            resources.source = loaded_days.source
            and resources.resource = loaded_days.resource
    where parts.tells_use and resources.grain <> 'window' and loaded_days.status = 'ok'
    group by parts.tool, loaded_days.source, loaded_days.tenant
),

part_days as (
    select distinct
        parts.tool,
        parts.tells_use,
        loaded_days.source,
        loaded_days.resource,
        loaded_days.tenant,
        loaded_days.day
    from parts
    inner join loaded_days
        on
            parts.source = loaded_days.source
            and parts.resource = loaded_days.resource
    left join first_rows
        on
            parts.tool = first_rows.tool
            and loaded_days.source = first_rows.source
            and loaded_days.tenant = first_rows.tenant
    where not parts.tells_use or loaded_days.day >= coalesce(first_rows.first_row_day, loaded_days.day)
),

read_days as (
    select
        part_days.*,
        min(day) over (partition by tool, source, resource, tenant) as first_day
    from part_days
),

first_reads as (
    select
        tool,
        min(case when tells_use then day end) as first_read_day,
        min(case when not tells_use then day end) as first_roster_day
    from read_days
    group by tool
),

-- A tenant or a table that is first read within a period tells only the rest of it.
period_reads as (
    select
        periods.period_type,
        periods.period_start,
        read_days.tool,
        max(case when read_days.tells_use then 1 else 0 end) as is_read,
        max(case when read_days.tells_use then 0 else 1 end) as is_roster_read,
        max(
            case
                when read_days.tells_use and read_days.first_day > periods.period_start then 1
                else 0
            end
        ) as begins_within,
        max(
            case
                when not read_days.tells_use and read_days.first_day > periods.period_start then 1
                else 0
            end
        ) as roster_begins_within,
        {%- for metric in period_metrics() %}
        max(case when read_days.tells_use then tool_feeds.can_{{ metric }} else 0 end) as can_{{ metric }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from periods
    inner join read_days
        on
            periods.period_start <= read_days.day
            and periods.period_end > read_days.day
    inner join tool_feeds
        on
            read_days.tool = tool_feeds.tool
            and read_days.source = tool_feeds.source
    group by periods.period_type, periods.period_start, read_days.tool
),

observations as (
    select
        periods.period_type,
        periods.period_start,
        first_reads.tool,
        first_reads.first_read_day,
        coalesce(period_reads.is_read, 0) = 1 as is_read,
        coalesce(period_reads.is_roster_read, 0) = 1 as is_roster_read,
        coalesce(period_reads.begins_within, 0) = 0
        and coalesce(periods.period_end > first_reads.first_read_day, false) as is_observed,
        coalesce(period_reads.roster_begins_within, 0) = 0
        and coalesce(periods.period_end > first_reads.first_roster_day, true) as is_roster_observed,
        {%- for metric in period_metrics() %}
        coalesce(period_reads.can_{{ metric }}, 0) = 1 as can_{{ metric }}{{ ',' if not loop.last }}
        {%- endfor %}
    from periods
    cross join first_reads
    left join period_reads
        on
            periods.period_type = period_reads.period_type
            and periods.period_start = period_reads.period_start
            and first_reads.tool = period_reads.tool
),

-- A period with a day that the vendor no longer had shows too little, for ever. A roster that was not taken
-- leaves the days of use as they are.
lost_parts as (
    select distinct
        periods.period_type,
        periods.period_start,
        lost_days.source,
        lost_days.resource
    from periods
    inner join lost_days
        on
            periods.period_start <= lost_days.day
            and periods.period_end > lost_days.day
    inner join resource_status
        on
            lost_days.source = resource_status.source
            and lost_days.resource = resource_status.resource
    where resource_status.retention_days is not null
),

-- A day that was asked for and has not been answered: what the period shows may still grow.
pending_parts as (
    select distinct
        periods.period_type,
        periods.period_start,
        pending_days.source,
        pending_days.resource
    from periods
    inner join pending_days
        on
            periods.period_start <= pending_days.day
            and periods.period_end > pending_days.day
    left join loaded_days
        on
            pending_days.source = loaded_days.source
            and pending_days.resource = loaded_days.resource
            and pending_days.tenant = loaded_days.tenant
            and pending_days.day = loaded_days.day
    left join lost_days
        on
            pending_days.source = lost_days.source
            and pending_days.resource = lost_days.resource
            and pending_days.tenant = lost_days.tenant
            and pending_days.day = lost_days.day
    where loaded_days.day is null and lost_days.day is null
),

period_resources as (
    select
        periods.period_type,
        periods.period_start,
        resource_status.tool,
        resource_status.source,
        resource_status.resource,
        -- Read through the period's last day, and so long ago that the vendor restates it no more.
        resource_status.data_through >= {{ add_days('periods.period_end', -1) }}
        and resource_status.as_of_date
        >= {{ add_days('periods.period_end', 'resource_status.finality_lag_days') }}
        and lost_parts.resource is null
        and pending_parts.resource is null as is_final,
        resource_status.as_of_date >= {{
            add_days('periods.period_end', 'resource_status.finality_lag_days + ' ~ dead_after_days)
        }} as is_overdue
    from periods
    inner join resource_status
        on periods.period_end > resource_status.first_day
    left join lost_parts
        on
            periods.period_type = lost_parts.period_type
            and periods.period_start = lost_parts.period_start
            and resource_status.source = lost_parts.source
            and resource_status.resource = lost_parts.resource
    left join pending_parts
        on
            periods.period_type = pending_parts.period_type
            and periods.period_start = pending_parts.period_start
            and resource_status.source = pending_parts.source
            and resource_status.resource = pending_parts.resource
            and (
                resource_status.grain = 'day'
                or (resource_status.grain = 'window' and resource_status.tells_past)
            )
),

finality as (
    select
        period_type,
        period_start,
        tool,
        min(case when is_final then 1 else 0 end) = 1 as is_final,
        min(case when is_final or is_overdue then 1 else 0 end) = 1 as is_final_or_dead,
        {{ sorted_list("case when is_overdue and not is_final then source || '.' || resource end") }}
            as sources_missing
    from period_resources
    group by period_type, period_start, tool
),

final as (
    select
        observations.period_type,
        observations.period_start,
        observations.tool,
        observations.first_read_day,
        observations.is_read,
        observations.is_roster_read,
        observations.is_observed,
        observations.is_roster_observed,
        {%- for metric in period_metrics() %}
        observations.can_{{ metric }},
        {%- endfor %}
        coalesce(finality.is_final, true) as is_final,
        coalesce(finality.is_final_or_dead, true) as is_final_or_dead,
        finality.sources_missing
    from observations
    left join finality
        on
            observations.period_type = finality.period_type
            and observations.period_start = finality.period_start
            and observations.tool = finality.tool
)

select * from final

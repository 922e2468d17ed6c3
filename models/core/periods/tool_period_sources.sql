-- grain: one row a period and tool: whether all its sources have passed their finality lag
{%- set dead_after_days = 7 %}
with periods as (
    select * from {{ ref('int_periods') }}
),

resource_status as (
    select * from {{ ref('int_resource_status') }}
    where decides_completeness
),

lost_days as (
    select * from {{ ref('stg_ops__lost_days') }}
    where state <> 'recovered'
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
        and lost_parts.resource is null as is_final,
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
),

final as (
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
)

select * from final

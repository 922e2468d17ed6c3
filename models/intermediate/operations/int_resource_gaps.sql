-- grain: one row per resource with days that were never fetched of one account, or can no longer be
-- What is lost is recorded by the load, for ever; what is only missing lies between the first and last day.
with loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
    where status <> 'pending'
),

lost_days as (
    select * from {{ ref('stg_ops__lost_days') }}
    where state <> 'recovered'
),

resource_status as (
    select * from {{ ref('int_resource_status') }}
    where
        grain in ('day', 'window', 'snapshot')
        and fetch_window is null
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

days as (
    select distinct
        source,
        resource,
        tenant,
        day
    from loaded_days
),

steps as (
    select
        source,
        resource,
        day,
        lag(day) over (partition by source, resource, tenant order by day) as previous_day
    from days
),

gap_days as (
    select
        steps.source,
        steps.resource,
        calendar_days.date_day as day,
        0 as is_lost
    from steps
    inner join resource_status
        on
            steps.source = resource_status.source
            and steps.resource = resource_status.resource
    inner join calendar_days
        on
            steps.previous_day < calendar_days.date_day
            and steps.day > calendar_days.date_day
    where steps.previous_day < {{ add_days('steps.day', -1) }}

    union all

    select
        source,
        resource,
        day,
        1 as is_lost
    from lost_days
),

distinct_days as (
    select
        source,
        resource,
        day,
        max(is_lost) as is_lost
    from gap_days
    group by source, resource, day
),

final as (
    select
        source,
        resource,
        count(*) as missing_days,
        {{ total('is_lost') }} as permanent_gap_days,
        min(case when is_lost = 1 then day end) as permanent_gap_from,
        max(case when is_lost = 1 then day end) as permanent_gap_to
    from distinct_days
    group by source, resource
)

select * from final

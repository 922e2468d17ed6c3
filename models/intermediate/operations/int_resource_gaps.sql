-- grain: one row a resource that has every day, with the days between first and last never fetched
-- A gap older than the vendor keeps its data cannot be filled any more: it is permanent.
with loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
    where status <> 'pending'
),

resource_status as (
    select * from {{ ref('int_resource_status') }}
    where grain in ('day', 'window', 'snapshot')
),

days as (
    select distinct
        source,
        resource,
        day
    from loaded_days
),

steps as (
    select
        source,
        resource,
        day,
        lag(day) over (partition by source, resource order by day) as previous_day
    from days
),

-- A vendor without a limit still has every day; a roster of the past exists in no vendor.
gaps as (
    select
        steps.source,
        steps.resource,
        steps.day,
        {{ add_days('steps.previous_day', 1) }} as first_missing_day,
        case
            when resource_status.grain = 'snapshot' then steps.day
            else coalesce(
                {{ add_days('resource_status.as_of_date', '-resource_status.retention_days') }},
                {{ date_bound('first') }}
            )
        end as first_day_kept
    from steps
    inner join resource_status
        on
            steps.source = resource_status.source
            and steps.resource = resource_status.resource
    where steps.previous_day < {{ add_days('steps.day', -1) }}
),

bounded_gaps as (
    select
        source,
        resource,
        day,
        first_missing_day,
        case
            when first_day_kept < first_missing_day then first_missing_day
            when first_day_kept > day then day
            else first_day_kept
        end as first_day_to_fill
    from gaps
),

gap_days as (
    select
        source,
        resource,
        {{ days_between('first_missing_day', 'day') }}
            as missing_days,
        {{ days_between('first_missing_day', 'first_day_to_fill') }}
            as permanent_gap_days
    from bounded_gaps
),

final as (
    select
        source,
        resource,
        {{ total('missing_days') }} as missing_days,
        {{ total('permanent_gap_days') }} as permanent_gap_days
    from gap_days
    group by source, resource
)

select * from final

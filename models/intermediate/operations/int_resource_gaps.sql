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

missing as (
    select
        steps.source,
        steps.resource,
        {{ days_between('steps.previous_day', 'steps.day') }} - 1 as missing_days,
        -- Days of the gap before the first day that the vendor still has.
        {{ days_between('steps.previous_day', 'steps.day') }} - 1 - case
            when resource_status.retention_days is null then
                case when resource_status.grain = 'snapshot' then 0 else {{
                    days_between('steps.previous_day', 'steps.day') }} - 1 end
            when {{ add_days('resource_status.as_of_date', '-resource_status.retention_days') }} >= steps.day
                then 0
            when {{ add_days('resource_status.as_of_date', '-resource_status.retention_days') }}
                <= steps.previous_day
                then {{ days_between('steps.previous_day', 'steps.day') }} - 1
            else {{ days_between(
                add_days('resource_status.as_of_date', '-resource_status.retention_days'), 'steps.day'
            ) }}
        end as permanent_gap_days
    from steps
    inner join resource_status
        on
            steps.source = resource_status.source
            and steps.resource = resource_status.resource
    where steps.previous_day < {{ add_days('steps.day', -1) }}
),

final as (
    select
        source,
        resource,
        {{ total('missing_days') }} as missing_days,
        {{ total('permanent_gap_days') }} as permanent_gap_days
    from missing
    group by source, resource
)

select * from final

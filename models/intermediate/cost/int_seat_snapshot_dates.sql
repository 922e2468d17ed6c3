-- grain: one row per seat roster, tenant, scope and day
-- The snapshot that tells who holds a seat on that day.
{%- set rosters = port_resources('seat_days') %}

with run_clock as (
    select * from {{ ref('int_run_clock') }}
),

loaded_days as (
    select * from {{ ref('stg_ops__loaded_days') }}
),

snapshots as (
    select
        source,
        resource,
        tenant,
        scope,
        day as snapshot_day,
        row_number() over (
            partition by source, resource, tenant, scope
            order by day
        ) as snapshot_number,
        lead(day) over (
            partition by source, resource, tenant, scope
            order by day
        ) as next_snapshot_day
    from loaded_days
    where
        status in ('ok', 'empty')
        and ({{ is_of_resources(rosters, 'loaded_days') }})
),

carried_days as (
    {{ integer_series(var('snapshot_carry_days') + 1) }}
),

-- A roster holds until the next one; a missed one is carried on for some days and no longer.
final as (
    select
        snapshots.source,
        snapshots.resource,
        snapshots.tenant,
        snapshots.scope,
        snapshots.snapshot_day,
        snapshots.snapshot_number,
        {{ add_days('snapshots.snapshot_day', 'carried_days.n') }} as seat_date,
        carried_days.n > 0 as is_carried
    from snapshots
    cross join carried_days
    cross join run_clock
    where
        {{ add_days('snapshots.snapshot_day', 'carried_days.n') }} <= run_clock.as_of_date
        and (
            snapshots.next_snapshot_day is null
            or {{ add_days('snapshots.snapshot_day', 'carried_days.n') }}
            < snapshots.next_snapshot_day
        )
)

select * from final

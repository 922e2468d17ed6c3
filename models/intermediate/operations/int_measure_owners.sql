-- grain: one row per tool that several sources tell of, and day: which source's figures count, by measure
-- Of the sources that have the day, the first in the order of the tool's kit. A source that owes the day owns
-- nothing of it, so another stands in until it comes.
with measure_owners as (
    select * from {{ ref('measure_owners') }}
),

loaded_days as (
    select distinct
        source,
        resource,
        day
    from {{ ref('stg_ops__loaded_days') }}
    where status in ('ok', 'empty')
),

candidates as (
    select
        measure_owners.tool,
        measure_owners.measure,
        measure_owners.source,
        loaded_days.day,
        row_number() over (
            partition by measure_owners.tool, measure_owners.measure, loaded_days.day
            order by measure_owners.position, measure_owners.resource
        ) as candidate_rank
    from measure_owners
    inner join loaded_days
        on
            measure_owners.source = loaded_days.source
            and measure_owners.resource = loaded_days.resource
),

final as (
    select
        tool,
        {%- for measure in owned_measures() %}
        max(case when measure = '{{ measure }}' then source end) as {{ measure }}_source,
        {%- endfor %}
        day as activity_date
    from candidates
    where candidate_rank = 1
    group by tool, day
)

select * from final

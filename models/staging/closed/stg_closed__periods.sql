-- grain: one row per closed period: its newest version, and whether it may close again
with source as (
    select * from {{ source('closed', 'periods') }}
),

newest as (
    select
        period_type,
        period_start,
        max(version) as version
    from source
    group by period_type, period_start
),

final as (
    select
        source.period_type,
        source.period_start,
        source.version,
        max(case when source.state = 'reopened' then 1 else 0 end) = 1 as is_reopened,
        max(case when source.state = 'early' then 1 else 0 end) = 1 as is_early
    from source
    inner join newest
        on
            source.period_type = newest.period_type
            and source.period_start = newest.period_start
            and source.version = newest.version
    group by source.period_type, source.period_start, source.version
)

select * from final

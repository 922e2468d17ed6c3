-- grain: one row per account, tool, model, bucket and day that metrics measured and no request tells
-- A delta counts as it is. A cumulative value contains those before it since its stream began: the difference
-- counts, and the first value of a stream wholly.
with points as (
    select * from {{ ref('stg_otel__metric_points') }}
),

told_days as (
    select distinct
        events.tool,
        {{ otel_account('events') }} as id_token,
        events.day
    from {{ ref('stg_otel__events') }} as events
    where events.kind = 'request'
),

increases as (
    select
        points.tool,
        {{ otel_account('points') }} as id_token,
        points.model,
        points.bucket,
        points.day,
        case
            when points.is_cumulative
                then points.value - coalesce(
                    lag(points.value) over (
                        partition by points.stream_token, points.started_at order by points.occurred_at
                    ),
                    0
                )
            else points.value
        end as increase
    from points
),

final as (
    select
        increases.id_token,
        increases.tool,
        increases.model,
        increases.bucket,
        increases.day,
        {{ total_money('increases.increase') }} as value
    from increases
    left join told_days
        on
            increases.tool = told_days.tool
            and increases.id_token = told_days.id_token
            and increases.day = told_days.day
    where told_days.tool is null and increases.increase > 0
    group by increases.id_token, increases.tool, increases.model, increases.bucket, increases.day
)

select * from final

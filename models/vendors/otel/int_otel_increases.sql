-- grain: one row per value of a metric that adds to what was counted before
-- A delta counts as it is. A cumulative value contains those before it since its stream began: the difference
-- counts. The first value of a stream that began on an earlier day counts only if the stream was known before
-- it began anew: otherwise it contains days that were never loaded.
with points as (
    select * from {{ ref('stg_otel__metric_points') }}
),

compared as (
    select
        *,
        lag(value) over (
            partition by stream_token, started_at
            order by occurred_at
        ) as previous_value,
        lag(occurred_at) over (
            partition by stream_token, started_at
            order by occurred_at
        ) as previous_at,
        min(occurred_at) over (partition by stream_token) as known_since
    from points
),

increases as (
    select
        point_token,
        tool,
        bucket,
        told_by,
        email_token,
        anthropic_user_token,
        user_token,
        device_token,
        session_token,
        program_token,
        model,
        case
            when not is_cumulative then value
            when previous_value is not null then value - previous_value
            when cast(started_at as date) = day or known_since < started_at then value
        end as increase,
        -- The day on which its interval began, which is the day before at the earliest.
        case
            when
                is_cumulative
                and cast(coalesce(previous_at, started_at) as date) = {{ add_days('day', -1) }}
                then {{ add_days('day', -1) }}
            else day
        end as day
    from compared
),

final as (
    select * from increases
    where increase > 0
)

select * from final

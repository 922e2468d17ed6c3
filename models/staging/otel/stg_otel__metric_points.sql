-- grain: One row per value of a stream of tokens, money, lines or decisions that a program
-- measured.
with source as (
    select * from {{ source('otel', 'metric_points') }}
),

final as (
    select
        tenant,
        point_token,
        stream_token,
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
        is_cumulative,
        started_at,
        occurred_at,
        value,
        day
    from source
)

select * from final

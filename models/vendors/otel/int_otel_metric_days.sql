-- grain: one row per account, tool, model, bucket and day of metrics that no preferred signal has
with increases as (
    select * from {{ ref('int_otel_increases') }}
),

repeats as (
    select * from {{ ref('int_otel_repeats') }}
),

final as (
    select
        {{ otel_account('increases') }} as id_token,
        increases.tool,
        increases.model,
        increases.bucket,
        increases.day,
        {{ total_money('increases.increase') }} as value
    from increases
    left join repeats
        on increases.point_token = repeats.token
    where repeats.token is null
    group by {{ otel_account('increases') }}, increases.tool, increases.model, increases.bucket, increases.day
)

select * from final

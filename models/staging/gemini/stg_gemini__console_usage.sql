-- grain: One row per person in the newest saved CSV of the Admin console, about 28 days.
with source as (
    select * from {{ source('gemini', 'console_usage') }}
),

final as (
    select
        tenant,
        email_token,
        overall_usage,
        active_days,
        downloaded_on
    from source
)

select * from final

-- grain: One row per seat holder on a snapshot day, with credits of the month.
with source as (
    select * from {{ source('chatgpt', 'seats') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        role,
        seat_type,
        current_month_credits,
        last_month_credits
    from source
)

select * from final

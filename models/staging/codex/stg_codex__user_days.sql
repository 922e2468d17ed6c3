-- grain: One row per user and UTC day with use of Codex.
with source as (
    select * from {{ source('codex', 'user_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        threads,
        turns,
        lines_added
    from source
)

select * from final

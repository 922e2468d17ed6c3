-- grain: One row per member and UTC day, also of days without use.
with source as (
    select * from {{ source('cursor', 'daily_usage') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        is_active,
        composer_requests,
        chat_requests,
        agent_requests,
        inline_edits,
        decisions,
        tabs_shown,
        tabs_accepted,
        accepted_lines_added
    from source
)

select * from final

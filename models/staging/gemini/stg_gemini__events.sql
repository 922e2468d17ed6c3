-- grain: One row per event of an activity: one use of a feature of Gemini, by a person or by
-- itself.
with source as (
    select * from {{ source('gemini', 'events') }}
),

final as (
    select
        tenant,
        scope,
        day,
        event_token,
        user_token,
        email_token,
        caller_type,
        is_agentic,
        app_name,
        action,
        event_category,
        initiated_by,
        occurred_at
    from source
)

select * from final

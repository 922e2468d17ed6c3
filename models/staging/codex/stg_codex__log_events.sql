-- grain: One row per prompt or answer of the compliance log.
with source as (
    select * from {{ source('codex', 'log_events') }}
),

final as (
    select
        tenant,
        event_token,
        session_token,
        user_token,
        email_token,
        actor_type,
        author_type,
        message_at,
        message_date,
        client,
        is_automated,
        model,
        service_tier,
        prompt_chars,
        input_tokens,
        cached_input_tokens,
        output_tokens,
        reasoning_tokens
    from source
)

select * from final

-- grain: One row per prompt, request to a model or decision about a suggestion.
with source as (
    select * from {{ source('otel', 'events') }}
),

final as (
    select
        tenant,
        event_token,
        tool,
        kind,
        told_by,
        email_token,
        anthropic_user_token,
        user_token,
        device_token,
        session_token,
        trace_token,
        program_token,
        surface,
        model,
        prompt_chars,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        reasoning_tokens,
        unsplit_tokens,
        cost_usd,
        is_accepted,
        occurred_at,
        day
    from source
)

select * from final

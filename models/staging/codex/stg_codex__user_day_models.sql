-- grain: One row per user, UTC day, model and speed; what no model is named for has a row of its
-- own.
with source as (
    select * from {{ source('codex', 'user_day_models') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        model,
        speed,
        text_input_tokens,
        text_cached_input_tokens,
        text_output_tokens,
        total_tokens,
        credits,
        estimated_cost_usd
    from source
)

select * from final

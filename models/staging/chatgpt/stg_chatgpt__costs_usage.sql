-- grain: One row a COSTS event: tokens of an hour, person, product, surface, client and model.
with source as (
    select * from {{ source('chatgpt', 'costs_usage') }}
),

final as (
    select
        tenant,
        event_token,
        usage_date,
        usage_hour,
        user_token,
        email_token,
        is_agent,
        product,
        surface,
        client,
        model,
        service_tier,
        reasoning,
        text_input_tokens,
        text_cached_input_tokens,
        text_output_tokens,
        audio_input_tokens,
        audio_cached_input_tokens,
        audio_output_tokens,
        image_input_tokens,
        image_cached_input_tokens,
        image_output_tokens,
        text_total_tokens,
        audio_total_tokens,
        image_total_tokens
    from source
)

select * from final

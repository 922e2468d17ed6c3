-- grain: One row per user and vendor day (UTC).
with source as (
    select * from {{ source('github_copilot', 'user_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        login_token,
        user_initiated_interactions,
        code_generations,
        code_acceptances,
        lines_suggested_to_add,
        lines_suggested_to_delete,
        lines_added,
        lines_deleted,
        used_agent,
        used_chat,
        used_cli,
        used_code_review_active,
        used_code_review_passive,
        used_coding_agent,
        used_app,
        ai_credits_used,
        cli_sessions,
        cli_requests,
        cli_prompts,
        cli_prompt_tokens,
        cli_output_tokens,
        agent_starts,
        app_prompts,
        app_prompt_tokens,
        app_output_tokens
    from source
)

select * from final

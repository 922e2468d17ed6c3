-- grain: One row a user or key and UTC day; in Claude Code's own report also a terminal and plan.
with source as (
    select * from {{ source('anthropic', 'user_days') }}
),

final as (
    select
        tenant,
        scope,
        day,
        feed,
        namespace,
        actor_token,
        email_token,
        customer_type,
        subscription_type,
        terminal_type,
        is_remote,
        chat_messages,
        cowork_messages,
        excel_messages,
        powerpoint_messages,
        word_messages,
        outlook_messages,
        design_messages,
        science_messages,
        slack_messages,
        web_searches,
        files_uploaded,
        projects_used,
        connectors_used,
        code_sessions,
        lines_added,
        lines_deleted,
        commits,
        pull_requests,
        code_acceptances,
        code_rejections
    from source
)

select * from final

-- grain: One row a licensed user and report refresh day: last-activity dates of a rolling window.
with source as (
    select * from {{ source('m365_copilot', 'usage_user_detail') }}
),

final as (
    select
        tenant,
        scope,
        day,
        upn_token,
        is_concealed,
        report_period,
        last_activity_date,
        chat_last_activity_date,
        teams_last_activity_date,
        word_last_activity_date,
        excel_last_activity_date,
        powerpoint_last_activity_date,
        outlook_last_activity_date,
        onenote_last_activity_date,
        loop_last_activity_date,
        edge_last_activity_date,
        agent_last_activity_date,
        prompts_all_apps,
        prompts_chat_work,
        prompts_chat_web,
        active_usage_days
    from source
)

select * from final

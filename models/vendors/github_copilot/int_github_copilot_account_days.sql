-- grain: one row per account and vendor day (UTC) of GitHub Copilot
{%- set resources = ['github_copilot.user_days'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 0}}
) }}

with user_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('day', resources) }}
    {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

-- Features as the user-day itself tells them: the breakdowns are other cuts of the same activity, and
-- are empty for people whom the vendor knows from its servers alone.
counted_days as (
    select
        accounts.account_key,
        user_days.day,
        coalesce(user_days.user_initiated_interactions, 0)
        + coalesce(user_days.cli_prompts, 0)
        + coalesce(user_days.app_prompts, 0) as user_messages,
        coalesce(user_days.cli_prompts, 0) as cli_prompts,
        coalesce(user_days.agent_starts, 0) as agent_starts,
        user_days.lines_suggested_to_add as lines_suggested,
        user_days.lines_added as lines_accepted,
        user_days.code_generations as suggestions_shown,
        user_days.code_acceptances as suggestions_accepted,
        coalesce(user_days.used_chat, false) as used_chat,
        coalesce(user_days.used_agent, false)
        or coalesce(user_days.used_coding_agent, false)
        or coalesce(user_days.agent_starts, 0) > 0 as used_agent,
        coalesce(user_days.used_cli, false) or coalesce(user_days.cli_prompts, 0) > 0 as used_cli,
        coalesce(user_days.code_acceptances, 0) > 0 as used_completion,
        coalesce(user_days.used_code_review_active, false) as used_review,
        coalesce(user_days.used_app, false) or coalesce(user_days.app_prompts, 0) > 0 as used_app
    from user_days
    left join accounts
        on user_days.user_token = accounts.id_token
),

final as (
    select
        account_key,
        'github_copilot' as tool,
        {{ total('user_messages') }} as user_messages,
        {{ total('lines_suggested') }} as lines_suggested,
        {{ total('lines_accepted') }} as lines_accepted,
        {{ total('suggestions_shown') }} as suggestions_shown,
        {{ total('suggestions_accepted') }} as suggestions_accepted,
        {{ dbt.bool_or('used_chat') }} as used_chat,
        {{ dbt.bool_or('used_agent') }} as used_agent,
        {{ dbt.bool_or('used_cli') }} as used_cli,
        {{ dbt.bool_or('used_completion') }} as used_completion,
        {{ dbt.bool_or('used_review') }} as used_review,
        {{ dbt.bool_or('used_app') }} as used_other,
        -- Generated but never accepted, or an automatic review, is nobody's act: passive. Each flag of a
        -- person's own act counts by itself, since people known from the vendor's servers have no counters.
        {{ dbt.bool_or(
            'user_messages > 0 or coalesce(suggestions_accepted, 0) > 0 or agent_starts > 0'
            ~ ' or used_chat or used_agent or used_cli or used_review or used_app'
        ) }} as is_active,
        {{ loaded_through(resources) }} as loaded_through,
        day as activity_date
    from counted_days
    group by account_key, day
)

select * from final

-- grain: one row per account, tool and UTC day on which something was done
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'anthropic'
),

-- Claude Code's own report has several rows a user and day, and tells nothing of Claude itself.
account_days as (
    select
        accounts.account_key,
        user_days.day as activity_date,
        max(case when user_days.feed = 'enterprise' then 1 else 0 end) = 1 as reports_features,
        min(case when user_days.namespace = 'api-key' then 0 else 1 end) = 1 as is_user,
        sum(
            coalesce(user_days.chat_messages, 0) + coalesce(user_days.cowork_messages, 0)
            + coalesce(user_days.excel_messages, 0) + coalesce(user_days.powerpoint_messages, 0)
            + coalesce(user_days.word_messages, 0) + coalesce(user_days.outlook_messages, 0)
            + coalesce(user_days.design_messages, 0) + coalesce(user_days.science_messages, 0)
            + coalesce(user_days.slack_messages, 0)
        ) as user_messages,
        {{ total('user_days.lines_added') }} as lines_accepted,
        {{ total('user_days.code_acceptances') }} as suggestions_accepted,
        sum(
            coalesce(user_days.code_acceptances, 0) + coalesce(user_days.code_rejections, 0)
        ) as suggestions_shown,
        sum(
            coalesce(user_days.code_sessions, 0) + coalesce(user_days.lines_added, 0)
            + coalesce(user_days.lines_deleted, 0) + coalesce(user_days.commits, 0)
            + coalesce(user_days.pull_requests, 0) + coalesce(user_days.code_acceptances, 0)
            + coalesce(user_days.code_rejections, 0)
        ) as code_acts
    from {{ ref('stg_anthropic__user_days') }} as user_days
    inner join accounts
        on
            {{ is_anthropic_account('user_days') }}
    group by accounts.account_key, user_days.day
),

-- What a key does in Claude Code is nobody's activity.
final as (
    select
        {{ port_columns(
            'usage_days',
            ['account_key', 'user_messages', 'reports_features', 'activity_date'],
            {'tool': "'claude'", 'is_active': 'true', 'date_basis': "'vendor_day'"},
        ) }}
    from account_days
    where user_messages > 0

    union all

    select
        {{ port_columns(
            'usage_days',
            [
                'account_key', 'lines_accepted', 'suggestions_shown', 'suggestions_accepted',
                'reports_features', 'activity_date',
            ],
            {'tool': "'claude_code'", 'is_active': 'is_user', 'date_basis': "'vendor_day'"},
        ) }}
    from account_days
    where code_acts > 0
)

select * from final

-- grain: one row per account, feature and UTC day
{{ config(materialized='ephemeral') }}
{%- set features = {
    'claude': {
        'chat': 'chat_messages', 'cowork': 'cowork_messages', 'excel': 'excel_messages',
        'powerpoint': 'powerpoint_messages', 'word': 'word_messages', 'outlook': 'outlook_messages',
        'design': 'design_messages', 'science': 'science_messages', 'slack': 'slack_messages',
        'search': 'web_searches', 'files': 'files_uploaded', 'project': 'projects_used',
        'connectors': 'connectors_used',
    },
    'claude_code': {
        'edit': 'code_acceptances', 'commit': 'commits', 'pull_request': 'pull_requests',
    },
} %}

with user_days as (
    select
        user_days.*,
        accounts.account_key
    from {{ ref('stg_anthropic__user_days') }} as user_days
    inner join {{ ref('account_keys') }} as accounts
        on
            accounts.tool_account_source = 'anthropic'
            and {{ is_anthropic_account('user_days') }}
    where user_days.feed = 'enterprise'
),

feature_days as (
    {%- for tool, columns in features.items() %}{% for feature, column in columns.items() %}
    select
        account_key,
        '{{ tool }}' as tool,
        '{{ feature }}' as feature,
        day as activity_date
    from user_days
    where {{ column }} > 0
    {{- "\n\n    union all" if not (loop.last and tool == 'claude_code') }}
    {%- endfor %}{% endfor %}
),

final as (
    select
        {{ port_columns('feature_days', ['account_key', 'tool', 'feature', 'activity_date']) }}
    from feature_days
)

select * from final

-- grain: one row per account, feature and UTC day on which it was used
{{ config(materialized='ephemeral') }}
{%- set features = {
    'composer': 'composer_requests',
    'chat': 'chat_requests',
    'agent': 'agent_requests',
    'edit': 'inline_edits',
    'completion': 'tabs_accepted',
} %}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'cursor'
),

used as (
    {%- for feature, count in features.items() %}
    select
        coalesce(user_token, email_token) as account_token,
        '{{ feature }}' as feature,
        day
    from {{ ref('stg_cursor__daily_usage') }}
    where {{ count }} > 0
    {{- "\n\n    union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ port_columns(
            'feature_days',
            ['account_key', 'feature'],
            {'tool': "'cursor'", 'activity_date': 'used.day'},
        ) }}
    from used
    inner join accounts
        on used.account_token = accounts.id_token
)

select * from final

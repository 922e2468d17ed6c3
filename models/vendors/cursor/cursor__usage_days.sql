-- grain: one row per account and UTC day with use; days full of zeros are left out
{{ config(materialized='ephemeral') }}
{%- set requests = ['composer_requests', 'chat_requests', 'agent_requests', 'inline_edits'] %}

with daily_usage as (
    select
        *,
        case
            when coalesce({{ requests | join(', ') }}) is not null
                then coalesce({{ requests | join(', 0) + coalesce(') }}, 0)
        end as user_messages
    from {{ ref('stg_cursor__daily_usage') }}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'cursor'
),

-- What a person did: the vendor's mark also stands on days of completions that were only shown.
used_days as (
    select
        accounts.account_key,
        daily_usage.user_messages,
        daily_usage.tabs_shown,
        daily_usage.tabs_accepted,
        daily_usage.accepted_lines_added,
        coalesce(daily_usage.user_messages, 0)
        + coalesce(daily_usage.decisions, 0)
        + coalesce(daily_usage.tabs_accepted, 0) > 0 as is_active,
        daily_usage.day
    from daily_usage
    inner join accounts
        on coalesce(daily_usage.user_token, daily_usage.email_token) = accounts.id_token
),

final as (
    select
        {{ port_columns(
            'usage_days',
            ['account_key', 'user_messages', 'is_active'],
            {
                'tool': "'cursor'",
                'lines_accepted': 'accepted_lines_added',
                'suggestions_shown': 'tabs_shown',
                'suggestions_accepted': 'tabs_accepted',
                'reports_features': 'true',
                'date_basis': "'vendor_day'",
                'activity_date': 'day',
            },
        ) }}
    from used_days
    where is_active or tabs_shown > 0
)

select * from final

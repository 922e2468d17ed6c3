-- grain: one row per account, tool and day: what the account did, from every source of activity
{{ config(materialized='view') }}
{%- set measures = [
    'user_messages', 'assistant_messages', 'sessions', 'prompt_chars', 'measured_messages',
    'short_messages', 'medium_messages', 'long_messages',
    'lines_suggested', 'lines_accepted', 'suggestions_shown', 'suggestions_accepted',
] %}

with message_days as (
    select
        *,
        user_messages > 0 as is_active,
        'event' as date_basis
    from {{ ref('int_account_message_days') }}
),

github_copilot_days as (
    select
        *,
        'vendor_day' as date_basis
    from {{ ref('int_github_copilot_account_days') }}
),

m365_copilot_days as (
    select
        *,
        true as is_active,
        'derived' as date_basis
    from {{ ref('int_m365_copilot_snapshot_days') }}
),

github_copilot_seat_days as (
    select
        *,
        {{- feature_columns({}) }},
        true as is_active,
        'derived' as date_basis
    from {{ ref('int_github_copilot_seat_days') }}
),

{%- set given = {
    'message_days': measures[:8],
    'github_copilot_days': ['user_messages'] + measures[8:],
    'm365_copilot_days': [],
    'github_copilot_seat_days': [],
} %}

final as (
    {%- for days, given_measures in given.items() %}
    select
        account_key,
        tool,
        {%- for measure in measures %}
        {{ measure if measure in given_measures else 'cast(null as ' ~ dbt.type_bigint() ~ ')' }}
            as {{ measure }},
        {%- endfor %}
        {{- feature_names() }},
        is_active,
        date_basis,
        activity_date
    from {{ days }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
)

select * from final

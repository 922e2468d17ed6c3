-- grain: one row per account, tool and day: what the account did, from every source of activity
{{ config(materialized='view') }}
{%- set measures = [
    'user_messages', 'assistant_messages', 'sessions', 'prompt_chars', 'measured_messages',
    'short_messages', 'medium_messages', 'long_messages',
] %}
{%- set code_measures = [
    'lines_suggested', 'lines_accepted', 'suggestions_shown', 'suggestions_accepted',
] %}

with message_days as (
    select * from {{ ref('int_account_message_days') }}
),

reported_days as (
    select * from {{ ref('port_usage_days') }}
),

final as (
    select
        account_key,
        tool,
        {{ measures | join(',\n        ') }},
        {%- for measure in code_measures %}
        cast(null as {{ dbt.type_bigint() }}) as {{ measure }},
        {%- endfor %}
        reports_features,
        user_messages > 0 as is_active,
        'event' as date_basis,
        activity_date
    from message_days

    union all

    select
        account_key,
        tool,
        {{ (measures + code_measures) | join(',\n        ') }},
        reports_features,
        is_active,
        date_basis,
        activity_date
    from reported_days
)

select * from final

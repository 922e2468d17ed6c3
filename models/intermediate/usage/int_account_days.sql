-- grain: one row per account, tool, kind of date and day: what the account did, from every source of activity
-- Messages count as activity if their source owns the messages, whichever source owns the report of the day.
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
        message_days.account_key,
        message_days.tool,
        {%- for measure in measures %}
        {{ owned('session_parts', 'message_days', measure) }} as {{ measure }},
        {%- endfor %}
        {%- for measure in code_measures %}
        cast(null as {{ dbt.type_bigint() }}) as {{ measure }},
        {%- endfor %}
        {{ owned('session_parts', 'message_days', 'reports_features') }} as reports_features,
        message_days.user_messages > 0 and {{ is_owned('message_days', 'messages') }} as is_active,
        'event' as date_basis,
        message_days.activity_date
    from message_days
    {{ join_owners('message_days') }}
    where {{ owns_any('message_days', ['messages', 'sessions', 'prompt_lengths']) }}

    union all

    select
        reported_days.account_key,
        reported_days.tool,
        {%- for measure in measures + code_measures %}
        {{ owned('usage_days', 'reported_days', measure) }} as {{ measure }},
        {%- endfor %}
        {{ owned('usage_days', 'reported_days', 'reports_features') }} as reports_features,
        reported_days.is_active and {{ is_owned('reported_days', 'activity') }} as is_active,
        reported_days.date_basis,
        reported_days.activity_date
    from reported_days
    {{ join_owners('reported_days') }}
    where {{ owns_any('reported_days', ['activity', 'messages', 'sessions', 'prompt_lengths', 'suggestions']) }}
)

select * from final

-- grain: one row per account without a person, tool, reason and day
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date', 'keys': {'account_key': 'accounts'}}}
) }}
{%- set changes = changes_since_built() %}

with account_usage_days as (
    select * from {{ ref('int_account_usage_days') }}
    where
        person_key is null
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days', 'account_key': 'accounts'}) }}
        {%- endif %}
),

tools as (
    select * from {{ ref('dim_tools') }}
),

feature_counts as (
    select
        account_key,
        tool,
        count(distinct feature) as distinct_features,
        activity_date
    from {{ ref('int_account_feature_days') }}
    where
        person_key is null
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days', 'account_key': 'accounts'}) }}
        {%- endif %}
    group by account_key, tool, activity_date
),

account_days as (
    select
        account_key,
        tool,
        unmatched_reason as reason,
        {{ usage_day_measures() }},
        activity_date
    from account_usage_days
    group by account_key, tool, unmatched_reason, activity_date
),

final as (
    select
        account_days.account_key,
        account_days.tool,
        account_days.reason,
        {{ usage_day_columns('account_days') }},
        {{ inputs_version() }} as inputs_version,
        account_days.activity_date
    from account_days
    left join tools
        on account_days.tool = tools.tool
    left join feature_counts
        on
            account_days.account_key = feature_counts.account_key
            and account_days.tool = feature_counts.tool
            and account_days.activity_date = feature_counts.activity_date
)

select * from final

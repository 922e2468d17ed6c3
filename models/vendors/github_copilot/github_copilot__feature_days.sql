-- grain: one row per account, feature and vendor day
{{ config(materialized='ephemeral') }}

with account_days as (
    select * from {{ ref('int_github_copilot_account_days') }}
),

feature_days as (
    {%- for feature in github_copilot_features() %}
    select
        account_key,
        '{{ feature }}' as feature,
        activity_date
    from account_days
    where used_{{ feature }}
    {{- "\n\n    union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ port_columns(
            'feature_days', ['account_key', 'feature', 'activity_date'], {'tool': "'github_copilot'"}
        ) }}
    from feature_days
)

select * from final

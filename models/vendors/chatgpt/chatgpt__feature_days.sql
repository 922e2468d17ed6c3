-- grain: one row per account, feature and day
{{ config(materialized='ephemeral') }}

with feature_days as (
    select * from {{ ref('int_chatgpt_feature_days') }}
),

final as (
    select
        {{ port_columns(
            'feature_days', ['account_key', 'feature', 'activity_date'], {'tool': "'chatgpt'"}
        ) }}
    from feature_days
)

select * from final

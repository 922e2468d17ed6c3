-- grain: one row per account, tool, feature and day on which the feature was used; rows can repeat
-- With the person of the day, as int_account_usage_days.
{{ config(materialized='view') }}

with feature_days as (
    select * from {{ ref('port_feature_days') }}
),

account_people as (
    select * from {{ ref('int_account_people') }}
),

final as (
    select
        feature_days.account_key,
        account_people.person_key,
        feature_days.tool,
        feature_days.feature,
        feature_days.activity_date
    from feature_days
    left join account_people
        on
            feature_days.account_key = account_people.account_key
            and feature_days.activity_date >= account_people.valid_from
            and feature_days.activity_date < account_people.valid_to
    {{ join_owners('feature_days') }}
    where {{ is_owned('feature_days', 'activity') }}
)

select * from final

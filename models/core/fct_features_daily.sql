-- grain: one row per person, tool, feature and day on which the person used the feature

with account_feature_days as (
    select * from {{ ref('int_account_feature_days') }}
),

final as (
    select distinct
        person_key,
        tool,
        feature,
        activity_date
    from account_feature_days
    where person_key is not null
)

select * from final

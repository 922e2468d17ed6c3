-- grain: one row per month, reporting unit (company included), tool and feature: exact people who used it
with person_features as (
    select * from {{ ref('person_feature_months') }}
),

unit_rows as (
    select
        month_start,
        unit_key,
        tool,
        feature
    from person_features
    where unit_key is not null

    union all

    select
        month_start,
        'all' as unit_key,
        tool,
        feature
    from person_features
),

final as (
    select
        'month' as period_type,
        month_start as period_start,
        unit_key,
        tool,
        feature as item,
        count(*) as feature_people
    from unit_rows
    group by month_start, unit_key, tool, feature
)

select * from final

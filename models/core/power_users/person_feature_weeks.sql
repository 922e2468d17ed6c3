-- grain: one row per week, person, tool (`all` included) and feature used on an active day
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

feature_days as (
    select * from {{ ref('fct_features_daily') }}
),

tool_rows as (
    select distinct
        {{ iso_week_start('feature_days.activity_date') }} as week_start,
        feature_days.person_key,
        feature_days.tool,
        feature_days.feature
    from feature_days
    inner join usage_days
        on
            feature_days.person_key = usage_days.person_key
            and feature_days.tool = usage_days.tool
            and feature_days.activity_date = usage_days.activity_date
),

final as (
    select * from tool_rows

    union all

    select distinct
        week_start,
        person_key,
        'all' as tool,
        feature
    from tool_rows
)

select * from final

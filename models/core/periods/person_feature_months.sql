-- grain: one row per month, person active in it, tool and feature that the person used on an active day
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

feature_days as (
    select * from {{ ref('fct_features_daily') }}
),

person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month' and active_people = 1
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

used as (
    select distinct
        {{ month_start('feature_days.activity_date') }} as month_start,
        feature_days.person_key,
        feature_days.tool,
        feature_days.feature
    from feature_days
    inner join usage_days
        on
            feature_days.person_key = usage_days.person_key
            and feature_days.tool = usage_days.tool
            and feature_days.activity_date = usage_days.activity_date
    where {{ is_rebuilt('month', month_start('feature_days.activity_date')) }}
),

final as (
    select
        used.month_start,
        used.person_key,
        person_months.unit_key,
        used.tool,
        used.feature
    from used
    inner join person_months
        on
            used.month_start = person_months.period_start
            and used.person_key = person_months.person_key
            and used.tool = person_months.tool
)

select * from final

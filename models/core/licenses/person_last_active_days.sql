-- grain: one row a person, tool and month with an active day
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

final as (
    select
        person_key,
        tool,
        {{ month_start('activity_date') }} as month_start,
        max(activity_date) as last_active_day,
        count(*) as active_days
    from usage_days
    group by person_key, tool, {{ month_start('activity_date') }}
)

select * from final

-- grain: one row per person, tool and month with activity or another sign of life
with sign_days as (
    select * from {{ ref('person_sign_days') }}
),

final as (
    select
        person_key,
        tool,
        {{ month_start('activity_date') }} as month_start,
        max(activity_date) as last_active_day
    from sign_days
    group by person_key, tool, {{ month_start('activity_date') }}
)

select * from final

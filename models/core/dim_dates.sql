-- grain: one row per day
-- Holidays here are those of every location; a location's own holidays stay in the calendar.
with days as (
    select * from {{ ref('int_calendar_days') }}
),

working_calendar as (
    select * from {{ ref('stg_company__working_calendar') }}
),

holidays as (
    select distinct holiday_date
    from working_calendar
    where location is null
),

final as (
    select
        days.date_day,
        {{ iso_week_start('days.date_day') }} as week_start,
        {{ iso_year('days.date_day') }} as iso_year,
        {{ iso_week('days.date_day') }} as iso_week,
        {{ month_start('days.date_day') }} as month_start,
        {{ iso_day_of_week('days.date_day') }} >= 6 as is_weekend,
        holidays.holiday_date is not null as is_holiday,
        {{ iso_day_of_week('days.date_day') }} < 6 and holidays.holiday_date is null
            as is_working_day
    from days
    left join holidays
        on days.date_day = holidays.holiday_date
)

select * from final

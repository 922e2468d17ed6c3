-- grain: one row per month, person and product: a holder, with the one class that matches first
-- Classified as of the holder's last seat-day of the month, by days up to then.
with seats as (
    select * from {{ ref('fct_seats_daily') }}
    where person_key is not null
),

person_months as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'month'
),

active_months as (
    select * from {{ ref('person_last_active_days') }}
),

sign_days as (
    select * from {{ ref('person_sign_days') }}
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'month'
),

thresholds as (
    select * from {{ ref('int_thresholds') }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

last_seat_days as (
    select
        {{ month_start('seat_date') }} as month_start,
        person_key,
        product,
        tool,
        max(seat_date) as last_seat_day
    from seats
    where {{ is_rebuilt('month', month_start('seat_date')) }}
    group by {{ month_start('seat_date') }}, person_key, product, tool
),

-- What the holder held on that day of the same tool; the product first by name is the one seat.
held_on_day as (
    select
        last_seat_days.month_start,
        last_seat_days.person_key,
        last_seat_days.product,
        last_seat_days.tool,
        last_seat_days.last_seat_day,
        min(case when seats.product = last_seat_days.product then seats.holder_status end)
            as holder_status,
        min(case when seats.product = last_seat_days.product then seats.department_key end)
            as seat_department_key,
        min(case when seats.product = last_seat_days.product then seats.assigned_at end)
            as assigned_at,
        sum(case when seats.product = last_seat_days.product then 1 else 0 end) > 1
        or min(seats.product) < last_seat_days.product as is_duplicate
    from last_seat_days
    inner join seats
        on
            last_seat_days.person_key = seats.person_key
            and last_seat_days.tool = seats.tool
            and last_seat_days.last_seat_day = seats.seat_date
    group by
        last_seat_days.month_start,
        last_seat_days.person_key,
        last_seat_days.product,
        last_seat_days.tool,
        last_seat_days.last_seat_day
),

-- Days of the month itself count up to the last seat-day, those of earlier months whole. A mere sign of
-- life (a date that the vendor names, suggestions shown) says that the tool is used, not on how many days.
days_in_month as (
    select
        held_on_day.month_start,
        held_on_day.person_key,
        held_on_day.product,
        max(case when sign_days.activity_date <= held_on_day.last_seat_day then sign_days.activity_date end)
            as last_active_day,
        sum(
            case
                when sign_days.is_use and sign_days.activity_date <= held_on_day.last_seat_day then 1
                else 0
            end
        ) as active_days_held,
        sum(case when sign_days.is_use then 1 else 0 end) as active_days
    from held_on_day
    inner join sign_days
        on
            held_on_day.person_key = sign_days.person_key
            and held_on_day.tool = sign_days.tool
            and held_on_day.month_start = {{ month_start('sign_days.activity_date') }}
    group by held_on_day.month_start, held_on_day.person_key, held_on_day.product
),

days_before as (
    select
        held_on_day.month_start,
        held_on_day.person_key,
        held_on_day.product,
        max(active_months.last_active_day) as last_active_day
    from held_on_day
    inner join active_months
        on
            held_on_day.person_key = active_months.person_key
            and held_on_day.tool = active_months.tool
            and held_on_day.month_start > active_months.month_start
    group by held_on_day.month_start, held_on_day.person_key, held_on_day.product
),

holders as (
    select
        held_on_day.*,
        coalesce(person_months.department_key, held_on_day.seat_department_key) as department_key,
        coalesce(days_in_month.last_active_day, days_before.last_active_day) as last_active_day,
        coalesce(days_in_month.active_days_held, 0) as active_days_held,
        coalesce(days_in_month.active_days, 0) as active_days,
        coalesce(tool_periods.gives_active and tool_periods.is_observed, false) as is_use_known
    from held_on_day
    left join person_months
        on
            held_on_day.month_start = person_months.period_start
            and held_on_day.person_key = person_months.person_key
    left join tool_periods
        on
            held_on_day.month_start = tool_periods.period_start
            and held_on_day.tool = tool_periods.tool
    left join days_in_month
        on
            held_on_day.month_start = days_in_month.month_start
            and held_on_day.person_key = days_in_month.person_key
            and held_on_day.product = days_in_month.product
    left join days_before
        on
            held_on_day.month_start = days_before.month_start
            and held_on_day.person_key = days_before.person_key
            and held_on_day.product = days_before.product
),

final as (
    select
        holders.month_start,
        holders.person_key,
        holders.product,
        holders.tool,
        holders.department_key,
        holders.last_seat_day,
        holders.last_active_day,
        holders.active_days,
        {{ seat_class() }} as seat_class
    from holders
    cross join thresholds
)

select * from final

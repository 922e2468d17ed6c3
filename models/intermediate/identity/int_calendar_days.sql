-- grain: one row per day, from three years and a half before the clock to one year after it
with run_clock as (
    select * from {{ ref('int_run_clock') }}
),

day_offsets as (
    {{ integer_series(1660) }}
),

final as (
    select {{ add_days('run_clock.as_of_date', 'day_offsets.n - 1280') }} as date_day
    from run_clock
    cross join day_offsets
)

select * from final

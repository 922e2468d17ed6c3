-- grain: one row per month and reporting unit (company included): exact people active on a day off, in any tool
with days_off as (
    select * from {{ ref('person_days_off') }}
    where has_day_off
),

unit_rows as (
    select
        month_start,
        unit_key
    from days_off
    where unit_key is not null

    union all

    select
        month_start,
        'all' as unit_key
    from days_off
),

final as (
    select
        'month' as period_type,
        month_start as period_start,
        unit_key,
        'all' as tool,
        count(*) as day_off_people
    from unit_rows
    group by month_start, unit_key
)

select * from final

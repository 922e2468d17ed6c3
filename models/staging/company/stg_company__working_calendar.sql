-- grain: One row a holiday, of one location or of all.
with source as (
    select * from {{ source('company', 'working_calendar') }}
),

final as (
    select
        tenant,
        location,
        holiday_date
    from source
)

select * from final

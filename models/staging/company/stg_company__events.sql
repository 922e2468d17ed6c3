-- grain: One row an event of the company, or of one department or tool where it names them.
with source as (
    select * from {{ source('company', 'events') }}
),

final as (
    select
        tenant,
        event_date,
        label,
        department,
        tool
    from source
)

select * from final

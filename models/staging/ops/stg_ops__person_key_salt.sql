-- grain: One row: the random salt of person labels. Read by a join, never written into SQL.
with source as (
    select * from {{ source('ops', 'person_key_salt') }}
),

final as (
    select salt
    from source
)

select * from final

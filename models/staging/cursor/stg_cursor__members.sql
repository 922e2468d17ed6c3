-- grain: One row per member of the team on a snapshot day, those removed included.
with source as (
    select * from {{ source('cursor', 'members') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        role,
        is_removed
    from source
)

select * from final

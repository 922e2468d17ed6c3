-- grain: One row a user of the organization on a snapshot day.
with source as (
    select * from {{ source('openai_api', 'users') }}
),

final as (
    select
        tenant,
        scope,
        day,
        user_token,
        email_token,
        is_service_account
    from source
)

select * from final

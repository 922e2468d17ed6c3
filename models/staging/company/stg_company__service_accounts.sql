-- grain: One row an identifier that the company declares not to be a person.
with source as (
    select * from {{ source('company', 'service_accounts') }}
),

final as (
    select
        tenant,
        namespace,
        id_token
    from source
)

select * from final

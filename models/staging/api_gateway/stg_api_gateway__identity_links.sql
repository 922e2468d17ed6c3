-- grain: One row an observation, in one month, that one identifier stands beside another.
with source as (
    select * from {{ source('api_gateway', 'identity_links') }}
),

final as (
    select
        tenant,
        namespace,
        id_token,
        target_namespace,
        target_token,
        method,
        observed_month,
        observed_on
    from source
)

select * from final

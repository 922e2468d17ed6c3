-- grain: One row a tier of mean tokens a working day.
with source as (
    select * from {{ source('company', 'token_tiers') }}
),

final as (
    select
        tenant,
        tier,
        minimum_tokens
    from source
)

select * from final

-- grain: one row a source and resource: what is collected, why, who reads it, for how long
{{ config(alias='data_collected') }}
with collected as (
    select * from {{ ref('data_collected') }}
),

final as (
    select
        source,
        resource,
        what,
        purpose,
        never_collected,
        readers,
        retention_days,
        is_personal_data
    from collected
)

select * from final

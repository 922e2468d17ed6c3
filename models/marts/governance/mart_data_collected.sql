-- grain: one row per source and resource: what is collected, why, who reads it, for how long
{{ config(alias='data_collected') }}
with collected as (
    select * from {{ ref('data_collected') }}
),

retention_policy as (
    select * from {{ ref('stg_ops__retention_policy') }}
),

final as (
    select
        collected.source,
        collected.resource,
        collected.what,
        collected.purpose,
        collected.never_collected,
        collected.readers,
        cast(retention_policy.days as {{ dbt.type_int() }}) as retention_days,
        collected.is_personal_data
    from collected
    left join retention_policy
        on collected.retention_layer = retention_policy.layer
)

select * from final

-- grain: One row per target (metric, scope, tool).
with source as (
    select * from {{ source('company', 'targets') }}
),

final as (
    select
        tenant,
        metric,
        scope_type,
        scope_name,
        tool,
        target,
        due_date
    from source
)

select * from final

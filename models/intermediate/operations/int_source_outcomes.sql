-- grain: one row per source: how its newest run went, and when it last succeeded
-- Of several accounts the worst counts: one that failed is what is missing. Accounts that the newest run
-- did not ask are gone.
with tenants as (
    select * from {{ ref('int_source_tenants') }}
    where is_of_newest_run
),

final as (
    select
        source,
        {{ dbt.bool_or('is_connected') }} as is_connected,
        case
            when {{ dbt.bool_or("last_status = 'failed'") }} then 'failed'
            when {{ dbt.bool_or("last_status = 'ok'") }} then 'ok'
            else 'not_connected'
        end as last_status,
        coalesce(
            min(case when is_connected then last_success_at end), max(last_success_at)
        ) as last_success_at,
        min(first_run_at) as first_run_at
    from tenants
    group by source
)

select * from final

-- grain: one row a report that can hide names: whether its newest day does
with usage_user_detail as (
    select * from {{ ref('stg_m365_copilot__usage_user_detail') }}
),

newest as (
    select
        tenant,
        max(day) as day
    from usage_user_detail
    group by tenant
),

final as (
    select
        'm365_copilot' as source,
        'usage_user_detail' as resource,
        coalesce({{ dbt.bool_or('usage_user_detail.is_concealed') }}, false) as names_concealed
    from usage_user_detail
    inner join newest
        on
            usage_user_detail.tenant = newest.tenant
            and usage_user_detail.day = newest.day
)

select * from final

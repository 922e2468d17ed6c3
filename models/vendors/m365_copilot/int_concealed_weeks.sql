-- grain: one row per week with a Microsoft 365 usage report: rows of it whose name the tenant conceals
with usage_user_detail as (
    select * from {{ ref('stg_m365_copilot__usage_user_detail') }}
),

report_days as (
    select
        tenant,
        scope,
        day,
        sum(case when is_concealed then 1 else 0 end) as concealed_rows
    from usage_user_detail
    group by tenant, scope, day
),

-- Several reports of a week tell of the same accounts of their tenant: the largest one counts.
tenant_weeks as (
    select
        tenant,
        {{ iso_week_start('day') }} as week_start,
        max(concealed_rows) as concealed_rows
    from report_days
    group by tenant, {{ iso_week_start('day') }}
),

final as (
    select
        week_start,
        'm365_copilot' as tool,
        {{ total('concealed_rows') }} as concealed_rows
    from tenant_weeks
    group by week_start
)

select * from final

-- grain: One row per snapshot day: whether the tenant conceals names in reports.
with source as (
    select * from {{ source('m365_copilot', 'report_settings') }}
),

final as (
    select
        tenant,
        scope,
        day,
        display_concealed_names
    from source
)

select * from final

-- grain: one row per account and day on which a usage report says that the account was last active
{{ config(materialized='ephemeral') }}

with snapshot_days as (
    select * from {{ ref('int_m365_copilot_snapshot_days') }}
),

final as (
    select
        {{ port_columns(
            'usage_days',
            ['account_key', 'tool', 'activity_date'],
            {'reports_features': 'true', 'is_active': 'true', 'date_basis': "'derived'"},
        ) }}
    from snapshot_days
)

select * from final

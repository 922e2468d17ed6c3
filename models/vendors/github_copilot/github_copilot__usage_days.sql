-- grain: one row per account and day: of the reports, and days of which only the seat list tells
{{ config(materialized='ephemeral') }}

with report_days as (
    select * from {{ ref('int_github_copilot_account_days') }}
),

seat_days as (
    select * from {{ ref('int_github_copilot_seat_days') }}
),

final as (
    select
        {{ port_columns(
            'usage_days',
            [
                'account_key', 'tool', 'user_messages', 'lines_suggested', 'lines_accepted',
                'suggestions_shown', 'suggestions_accepted', 'is_active', 'activity_date',
            ],
            {'reports_features': 'true', 'date_basis': "'vendor_day'"},
        ) }}
    from report_days

    union all

    select
        {{ port_columns(
            'usage_days',
            ['account_key', 'tool', 'activity_date'],
            {'reports_features': 'false', 'is_active': 'true', 'date_basis': "'derived'"},
        ) }}
    from seat_days
)

select * from final

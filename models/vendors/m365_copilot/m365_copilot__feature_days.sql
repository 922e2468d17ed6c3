-- grain: one row per account, app and day, from interactions and from the usage reports
{{ config(materialized='ephemeral') }}

with feature_days as (
    select
        account_key,
        feature,
        activity_date
    from {{ ref('int_m365_copilot_feature_days') }}

    union all
    {#- A report day is left out where interactions of the day were read. #}
    {%- for app in m365_copilot_report_apps() %}

    select
        account_key,
        '{{ app }}' as feature,
        activity_date
    from {{ ref('int_m365_copilot_snapshot_days') }}
    where used_{{ app }}
    {{- "\n\n    union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        {{ port_columns(
            'feature_days', ['account_key', 'feature', 'activity_date'], {'tool': "'m365_copilot'"}
        ) }}
    from feature_days
)

select * from final

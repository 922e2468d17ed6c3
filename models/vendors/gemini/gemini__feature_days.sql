-- grain: one row per account, app and day on which a person used Gemini in the app
{{ config(materialized='ephemeral') }}

with parts as (
    select distinct
        account_key,
        surface,
        activity_date
    from {{ ref('int_gemini_session_parts') }}
    where surface is not null
),

final as (
    select
        {{ port_columns(
            'feature_days',
            ['account_key', 'activity_date'],
            {'tool': "'gemini'", 'feature': 'surface'},
        ) }}
    from parts
)

select * from final

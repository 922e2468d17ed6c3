-- grain: one row per account, session, day and app of Microsoft 365 Copilot, which names no model
{{ config(materialized='ephemeral') }}

with parts as (
    select * from {{ ref('int_m365_copilot_session_parts') }}
),

final as (
    select
        {{ port_columns('session_parts', session_part_names() + ['activity_date']) }}
    from parts
)

select * from final

-- grain: one row per account, session, day and app of Gemini, which names no model
{{ config(materialized='ephemeral') }}

with parts as (
    select * from {{ ref('int_gemini_session_parts') }}
),

-- Of conversations Google tells nothing.
final as (
    select
        {{ port_columns(
            'session_parts',
            (session_part_names() | reject('eq', 'conversations') | list) + ['activity_date'],
        ) }}
    from parts
)

select * from final

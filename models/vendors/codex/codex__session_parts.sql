-- grain: one row per account, session, day, client and model of Codex
{{ config(materialized='ephemeral') }}

with parts as (
    select * from {{ ref('int_codex_session_parts') }}
),

final as (
    select
        {{ port_columns(
            'session_parts', session_part_names() + ['activity_date'], {'turns': 'user_messages'}
        ) }}
    from parts
)

select * from final

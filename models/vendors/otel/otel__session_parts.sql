-- grain: one row per account, tool, session, day, terminal and model
{{ config(materialized='ephemeral') }}

with parts as (
    select * from {{ ref('int_otel_session_parts') }}
),

final as (
    select
        {{ port_columns(
            'session_parts', session_part_names() + ['activity_date'],
            {'turns': 'case when model is not null then user_messages end'}
        ) }}
    from parts
)

select * from final

-- grain: one row per account, session, day, surface and model
-- Of every tool that gives single messages.
{{ config(materialized='view') }}

with chatgpt as (
    select * from {{ ref('int_chatgpt_session_parts') }}
),

m365_copilot as (
    select * from {{ ref('int_m365_copilot_session_parts') }}
),

final as (
    {%- for tool in ['chatgpt', 'm365_copilot'] %}
    select
        {{ session_part_columns() }},
        activity_date
    from {{ tool }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
)

select * from final

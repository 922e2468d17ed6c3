-- grain: one row per account, tool, surface, model and day of turns
{%- set resources = port_resources('session_parts') %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}

with session_parts as (
    select * from {{ ref('port_session_parts') }}
    where
        user_messages > 0
        {%- if is_incremental() %}
        and {{ touched_days_filter('activity_date', resources, 1) }}
        {%- endif %}
),

final as (
    select
        source,
        account_key,
        tool,
        surface,
        model,
        {{ total('user_messages') }} as user_messages,
        {{ total('turns') }} as turns,
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from session_parts
    group by source, account_key, tool, surface, model, activity_date
)

select * from final

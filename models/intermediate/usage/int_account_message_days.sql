-- grain: one row per account, tool and day, of tools that give single messages
{%- set resources = port_resources('session_parts') %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}

with session_parts as (
    select * from {{ ref('port_session_parts') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('activity_date', resources, 1) }}
    {%- endif %}
),

final as (
    select
        source,
        account_key,
        tool,
        {{ total('user_messages') }} as user_messages,
        {{ total('assistant_messages') }} as assistant_messages,
        {{ total('sessions') }} as sessions,
        {{ total('prompt_chars') }} as prompt_chars,
        {{ total('measured_messages') }} as measured_messages,
        {{ total('short_messages') }} as short_messages,
        {{ total('medium_messages') }} as medium_messages,
        {{ total('long_messages') }} as long_messages,
        {{ dbt.bool_or('reports_features') }} as reports_features,
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from session_parts
    group by source, account_key, tool, activity_date
)

select * from final

-- grain: one row per session of one account in one tool, on the day it starts
{%- set resources = port_resources('session_parts') %}
{#- Two neighbours: an answer on a touched day can belong to a prompt of the day before, and that
    prompt to a session that began yet a day earlier. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 2}}
) }}

with session_parts as (
    select * from {{ ref('port_session_parts') }}
    where
        session_key is not null
        {%- if is_incremental() %}
        and {{ touched_days_filter('session_date', resources, 2) }}
        {%- endif %}
),

final as (
    select
        source,
        account_key,
        tool,
        session_key,
        session_started_at as started_at,
        max(last_event_at) as ended_at,
        max(case when sessions = 1 then surface end) as surface,
        {{ total('user_messages') }} as user_messages,
        {{ total('conversations') }} as conversations,
        {{ total('prompt_chars') }} as prompt_chars,
        {{ total('measured_messages') }} as measured_messages,
        case when min(model) = max(model) then min(model) end as only_model,
        coalesce(min(model) <> max(model), false) as has_several_models,
        {{ loaded_through(resources) }} as loaded_through,
        session_date as activity_date
    from session_parts
    group by source, account_key, tool, session_key, session_started_at, session_date
)

select * from final

-- grain: one row per account, session, day and app: the one pass over Microsoft 365 interactions
{%- set resources = ['m365_copilot.interactions'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}
{%- set app_features = m365_copilot_app_features('interactions.app') %}

{% call(days) in_day_ranges('m365_copilot.interactions', 'created_date') %}
with interactions as (
    select
        *,
        interaction_type = 'userPrompt' as is_user
    from {{ ref('stg_m365_copilot__interactions') }}
    where
        interaction_type in ('userPrompt', 'aiResponse')
        {%- if is_incremental() or days %}
        and {{ built_days_filter('created_date', days, resources, 2, utc_days=true) }}
        {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'm365_copilot' and namespace = 'entra-object'
),

events as (
    select
        accounts.account_key,
        interactions.created_at as event_at,
        interactions.interaction_token as tie_break,
        coalesce(interactions.session_token, interactions.user_token) as conversation,
        interactions.app as surface,
        cast(null as {{ dbt.type_string() }}) as model,
        case when interactions.is_user then 1 else 0 end as user_messages,
        case when interactions.is_user then 0 else 1 end as assistant_messages,
        case when interactions.is_user then interactions.prompt_chars end as prompt_chars,
        {%- for feature, condition in app_features.items() %}
        {{ condition }} as used_{{ feature }},
        {%- endfor %}
        interactions.is_user as is_in_session
    from interactions
    left join accounts
        on interactions.user_token = accounts.id_token
),

{{ session_parts('m365_copilot', app_features.keys() | list) }},

final as (
    select
        {{ session_part_names() | join(',\n        ') }},
        {%- for feature in app_features.keys() %}
        used_{{ feature }},
        {%- endfor %}
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from parts
    {%- if is_incremental() or days %}
    where {{ built_days_filter('activity_date', days, resources, 1) }}
    {%- endif %}
)

select * from final
{% endcall %}

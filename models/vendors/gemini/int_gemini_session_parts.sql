-- grain: one row per account, session, day and app: the one pass over the events of Gemini
{%- set resources = ['gemini.events'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}
{%- set no_count = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}

{% call(days) in_day_ranges('gemini.events', 'day') %}
with acts as (
    select * from {{ ref('stg_gemini__events') }}
    where
        initiated_by = 'person'
        {%- if is_incremental() or days %}
        and {{ built_days_filter('day', days, resources, 2, utc_days=true) }}
        {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'gemini'
),

-- Each act is a message of its account: Google tells of no answers, texts or conversations.
events as (
    select
        accounts.account_key,
        acts.occurred_at as event_at,
        acts.event_token as tie_break,
        cast(null as {{ dbt.type_string() }}) as conversation,
        acts.app_name as surface,
        cast(null as {{ dbt.type_string() }}) as model,
        1 as user_messages,
        {{ no_count }} as assistant_messages,
        {{ no_count }} as prompt_chars,
        acts.app_name is not null as used_app,
        true as is_in_session
    from acts
    left join accounts
        on coalesce(acts.user_token, acts.email_token, 'unidentified') = accounts.id_token
),

{{ session_parts('gemini', ['app']) }},

final as (
    select
        {{ session_part_names() | join(',\n        ') }},
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from parts
    {%- if is_incremental() or days %}
    where {{ built_days_filter('activity_date', days, resources, 1) }}
    {%- endif %}
)

select * from final
{% endcall %}

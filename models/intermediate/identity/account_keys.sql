{%- set resources = [
    'chatgpt.conversation_messages', 'chatgpt.costs_usage', 'chatgpt.users', 'chatgpt.seats',
    'github_copilot.user_days', 'github_copilot.seats',
    'm365_copilot.interactions', 'm365_copilot.users', 'm365_copilot.usage_user_detail'
] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='fail'
) }}
-- grain: one row per account: one identifier in one tool's feeds
-- Insert-only: facts carry the compact key, so a key once given must never change its meaning.
with seen as (
    select distinct
        'chatgpt' as tool_account_source,
        {{ chatgpt_account_namespace('actor_type', 'false') }} as namespace,
        {{ chatgpt_account_token() }} as id_token
    from {{ ref('stg_chatgpt__message_authors') }}
    {% if is_incremental() -%}
        where {{ touched_days_filter('message_date', resources) }}
    {%- endif %}

    union distinct

    select distinct
        'chatgpt' as tool_account_source,
        {{ chatgpt_account_namespace("'account_user'", 'is_agent') }} as namespace,
        {{ chatgpt_account_token() }} as id_token
    from {{ ref('stg_chatgpt__costs_usage') }}

    union distinct

    select distinct
        'chatgpt' as tool_account_source,
        {{ chatgpt_account_namespace() }} as namespace,
        {{ chatgpt_account_token() }} as id_token
    from {{ ref('stg_chatgpt__users') }}

    union distinct

    select distinct
        'chatgpt' as tool_account_source,
        {{ chatgpt_account_namespace() }} as namespace,
        {{ chatgpt_account_token() }} as id_token
    from {{ ref('stg_chatgpt__seats') }}

    union distinct

    select distinct
        'github_copilot' as tool_account_source,
        'github-user' as namespace,
        user_token as id_token
    from {{ ref('stg_github_copilot__user_days') }}

    union distinct

    select distinct
        'github_copilot' as tool_account_source,
        'github-user' as namespace,
        user_token as id_token
    from {{ ref('stg_github_copilot__seats') }}

    union distinct

    select distinct
        'm365_copilot' as tool_account_source,
        'entra-object' as namespace,
        user_token as id_token
    from {{ ref('stg_m365_copilot__interactions') }}
    {% if is_incremental() -%}
        where {{ touched_days_filter('created_date', resources) }}
    {%- endif %}

    union distinct

    select distinct
        'm365_copilot' as tool_account_source,
        'entra-object' as namespace,
        user_token as id_token
    from {{ ref('stg_m365_copilot__users') }}

    union distinct

    select distinct
        'm365_copilot' as tool_account_source,
        'person-email' as namespace,
        upn_token as id_token
    from {{ ref('stg_m365_copilot__usage_user_detail') }}
    where not is_concealed
),

known as (
    {% if is_incremental() -%}
        select
            account_key,
            tool_account_source,
            namespace,
            id_token
        from {{ this }}
    {%- else -%}
        select
            cast(null as {{ dbt.type_int() }}) as account_key,
            cast(null as {{ dbt.type_string() }}) as tool_account_source,
            cast(null as {{ dbt.type_string() }}) as namespace,
            cast(null as {{ dbt.type_string() }}) as id_token
        from seen
        where 1 = 0
    {%- endif %}
),

highest as (
    select coalesce(max(account_key), 0) as account_key
    from known
),

added as (
    select
        seen.tool_account_source,
        seen.namespace,
        seen.id_token
    from seen
    left join known
        on seen.tool_account_source = known.tool_account_source
            and seen.namespace = known.namespace
            and seen.id_token = known.id_token
    where
        known.account_key is null
        and seen.id_token is not null
),

final as (
    select
        cast(
            highest.account_key + row_number() over (
                order by added.tool_account_source, added.namespace, added.id_token
            ) as {{ dbt.type_int() }}
        ) as account_key,
        added.tool_account_source,
        added.namespace,
        added.id_token,
        {{ loaded_through(resources) }} as loaded_through
    from added
    cross join highest
)

select * from final

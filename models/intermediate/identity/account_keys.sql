{%- set resources = port_resources('accounts') %}
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
        source as tool_account_source,
        namespace,
        id_token
    from {{ ref('port_accounts') }}
    {%- if is_incremental() %}
    where seen_on is null or {{ touched_days_filter('seen_on', resources) }}
    {%- endif %}
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

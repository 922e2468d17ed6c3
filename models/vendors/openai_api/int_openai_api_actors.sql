-- grain: one row per user or key with tokens or money: the account that they belong to
-- A key belongs to its owner, as the lists say; a deleted one that was in no list is itself.
{{ config(materialized='view') }}

with known as (
    select
        user_token as actor_token,
        user_token as id_token,
        {{ dbt.bool_or('coalesce(is_service_account, false)') }} as is_service_account
    from {{ ref('stg_openai_api__users') }}
    group by user_token

    union all

    -- A key never changes its owner.
    select
        key_token as actor_token,
        max(owner_token) as id_token,
        {{ dbt.bool_or('coalesce(is_service_account, false)') }} as is_service_account
    from {{ ref('stg_openai_api__api_keys') }}
    where owner_token is not null
    group by key_token
),

seen as (
    {%- for feed in ['usage_days', 'cost_days'] %}
    select
        coalesce(user_token, key_token, 'unidentified') as actor_token,
        case
            when user_token is not null then 'vendor-user/openai_api'
            when key_token is not null then 'api-key'
            else 'unidentified'
        end as namespace
    from {{ ref('stg_openai_api__' ~ feed) }}
    {{- "\n\n    union distinct\n" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        seen.actor_token,
        coalesce(known.id_token, seen.actor_token) as id_token,
        case
            when known.is_service_account then 'agent'
            when known.id_token is not null then 'vendor-user/openai_api'
            else seen.namespace
        end as namespace
    from seen
    left join known
        on seen.actor_token = known.actor_token
)

select * from final

-- grain: one row per user, key or address seen in members, days of use, tokens or money; rows repeat
{{ config(materialized='ephemeral') }}

with actors as (
    {%- for feed in ['user_days', 'usage_days', 'cost_days'] %}
    select
        namespace,
        {{ anthropic_account_token(feed) }} as id_token
    from {{ ref('stg_anthropic__' ~ feed) }} as {{ feed }}

    union all
    {% endfor %}
    select
        'vendor-user/anthropic' as namespace,
        user_token as id_token
    from {{ ref('stg_anthropic__users') }}
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token']) }}
    from actors
)

select * from final

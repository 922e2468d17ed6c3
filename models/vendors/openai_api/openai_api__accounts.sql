-- grain: one row per user, service account or unknown key with tokens or money
{{ config(materialized='ephemeral') }}

with actors as (
    select distinct
        namespace,
        id_token
    from {{ ref('int_openai_api_actors') }}
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token']) }}
    from actors
)

select * from final

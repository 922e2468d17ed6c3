-- grain: one row per user, key without a user, or nobody, with requests
{{ config(materialized='ephemeral') }}

with accounts as (
    select distinct
        namespace,
        id_token
    from {{ ref('int_api_gateway_days') }}
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token']) }}
    from accounts
)

select * from final

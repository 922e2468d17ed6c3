-- grain: one row per directory object of interactions and roster, and address of the usage report; rows repeat
{{ config(materialized='ephemeral') }}

with accounts as (
    select
        'entra-object' as namespace,
        user_token as id_token,
        created_date as seen_on
    from {{ ref('stg_m365_copilot__interactions') }}

    union all

    select
        'entra-object' as namespace,
        user_token as id_token,
        cast(null as date) as seen_on
    from {{ ref('stg_m365_copilot__users') }}

    union all

    select
        'person-email' as namespace,
        upn_token as id_token,
        cast(null as date) as seen_on
    from {{ ref('stg_m365_copilot__usage_user_detail') }}
    where not is_concealed
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token', 'seen_on']) }}
    from accounts
)

select * from final

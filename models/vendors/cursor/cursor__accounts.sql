-- grain: one row per member of daily usage and roster, and account of requests; rows repeat
{{ config(materialized='ephemeral') }}
{%- set namespace -%}
    case when user_token is not null then 'vendor-user/cursor' else 'person-email' end
{%- endset %}

with accounts as (
    select
        {{ namespace }} as namespace,
        coalesce(user_token, email_token) as id_token,
        day as seen_on
    from {{ ref('stg_cursor__daily_usage') }}

    union all

    select
        namespace,
        account_token as id_token,
        day as seen_on
    from {{ ref('int_cursor_events') }}

    union all

    select
        {{ namespace }} as namespace,
        coalesce(user_token, email_token) as id_token,
        cast(null as date) as seen_on
    from {{ ref('stg_cursor__members') }}
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token', 'seen_on']) }}
    from accounts
)

select * from final

-- grain: one row per account seen in messages, costs, roster or seats, and day of messages
{{ config(materialized='ephemeral') }}

with accounts as (
    select
        {{ chatgpt_account_namespace('actor_type', 'false') }} as namespace,
        {{ chatgpt_account_token() }} as id_token,
        message_date as seen_on
    from {{ ref('stg_chatgpt__message_authors') }}

    union all

    select
        {{ chatgpt_account_namespace("'account_user'", 'is_agent') }} as namespace,
        {{ chatgpt_account_token() }} as id_token,
        cast(null as date) as seen_on
    from {{ ref('stg_chatgpt__costs_usage') }}

    union all

    select
        {{ chatgpt_account_namespace() }} as namespace,
        {{ chatgpt_account_token() }} as id_token,
        cast(null as date) as seen_on
    from {{ ref('stg_chatgpt__users') }}

    union all

    select
        {{ chatgpt_account_namespace() }} as namespace,
        {{ chatgpt_account_token() }} as id_token,
        cast(null as date) as seen_on
    from {{ ref('stg_chatgpt__seats') }}
),

final as (
    select
        {{ port_columns('accounts', ['namespace', 'id_token', 'seen_on']) }}
    from accounts
)

select * from final

-- grain: one row per account and day with tokens, costs or credits that belong to a ChatGPT seat
{{ config(materialized='ephemeral') }}

with accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'chatgpt' and namespace = 'vendor-user/chatgpt'
),

-- Tokens and credits of Codex belong to the seat of ChatGPT; those of the API to no seat.
product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'chatgpt'
),

product_use as (
    select
        account_key,
        product,
        activity_date
    from {{ ref('int_chatgpt_token_days') }}
    where coalesce(input_tokens, 0) + coalesce(output_tokens, 0) + coalesce(unsplit_tokens, 0) > 0

    union distinct

    select
        account_key,
        product,
        activity_date
    from {{ ref('int_chatgpt_cost_days') }}
    where cost > 0
),

seat_use as (
    select
        product_use.account_key,
        product_use.activity_date
    from product_use
    left join product_tools
        on {{ product_key('product_use.product') }} = product_tools.product
    where
        product_use.account_key is not null
        and coalesce(product_tools.tool, 'chatgpt') in ('chatgpt', 'codex')
),

seats as (
    select
        *,
        lag(current_month_credits) over (
            partition by tenant, scope, user_token
            order by day
        ) as credits_before,
        lag(day) over (
            partition by tenant, scope, user_token
            order by day
        ) as day_before
    from {{ ref('stg_chatgpt__seats') }}
),

-- Credits of the month were used by the day on which they are first seen to have grown.
credit_signs as (
    select
        user_token,
        day as activity_date
    from seats
    where
        current_month_credits > case
            when {{ month_start('day_before') }} = {{ month_start('day') }}
                then coalesce(credits_before, 0)
            else 0
        end

    union distinct

    select
        user_token,
        {{ add_days(month_start('day'), -1) }} as activity_date
    from seats
    where last_month_credits > 0
),

final as (
    select
        {{ port_columns(
            'signs_of_life',
            ['account_key', 'activity_date'],
            {'tool': "'chatgpt'", 'is_use': 'false'},
        ) }}
    from credit_signs
    inner join accounts
        on credit_signs.user_token = accounts.id_token

    union all

    select
        {{ port_columns(
            'signs_of_life',
            ['account_key', 'activity_date'],
            {'tool': "'chatgpt'", 'is_use': 'true'},
        ) }}
    from seat_use
)

select * from final

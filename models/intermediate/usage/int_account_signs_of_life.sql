-- grain: one row per account, tool of the seat and day with a sign of life besides the activity itself
{# Rebuilt whole: seats and reports restate what they said. #}
{%- set m365_apps = [
    'last', 'chat_last', 'teams_last', 'word_last', 'excel_last', 'powerpoint_last', 'outlook_last',
    'onenote_last', 'loop_last', 'edge_last', 'agent_last',
] %}
with accounts as (
    select * from {{ ref('account_keys') }}
),

github_copilot_seats as (
    select * from {{ ref('stg_github_copilot__seats') }}
    where user_token is not null and last_activity_at is not null
),

-- Who is shown suggestions has the tool at work; an automatic review needs nobody.
github_copilot_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
    where code_generations > 0
),

usage_user_detail as (
    select * from {{ ref('stg_m365_copilot__usage_user_detail') }}
    where upn_token is not null
),

-- Tokens and credits of Codex belong to the seat of ChatGPT; those of the API to no seat.
product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'chatgpt'
),

chatgpt_use as (
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

chatgpt_seats as (
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
chatgpt_credits as (
    select
        user_token,
        day as activity_date
    from chatgpt_seats
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
    from chatgpt_seats
    where last_month_credits > 0
),

signs as (
    select
        'github_copilot' as tool,
        'github-user' as namespace,
        user_token as id_token,
        cast(last_activity_at as date) as activity_date,
        false as is_use
    from github_copilot_seats

    union all

    select
        'github_copilot' as tool,
        'github-user' as namespace,
        user_token as id_token,
        day as activity_date,
        false as is_use
    from github_copilot_days

    union all

    {%- for app in m365_apps %}
    select
        'm365_copilot' as tool,
        'person-email' as namespace,
        upn_token as id_token,
        {{ app }}_activity_date as activity_date,
        false as is_use
    from usage_user_detail
    where {{ app }}_activity_date is not null

    union all
    {%- endfor %}

    select
        'chatgpt' as tool,
        'vendor-user/chatgpt' as namespace,
        user_token as id_token,
        activity_date,
        false as is_use
    from chatgpt_credits
),

keyed_signs as (
    select
        accounts.account_key,
        signs.tool,
        signs.activity_date,
        signs.is_use
    from signs
    inner join accounts
        on
            signs.tool = accounts.tool_account_source
            and signs.namespace = accounts.namespace
            and signs.id_token = accounts.id_token

    union all

    select
        chatgpt_use.account_key,
        'chatgpt' as tool,
        chatgpt_use.activity_date,
        true as is_use
    from chatgpt_use
    left join product_tools
        on {{ product_key('chatgpt_use.product') }} = product_tools.product
    where
        chatgpt_use.account_key is not null
        and coalesce(product_tools.tool, 'chatgpt') in ('chatgpt', 'codex')
),

final as (
    select
        account_key,
        tool,
        {{ dbt.bool_or('is_use') }} as is_use,
        activity_date
    from keyed_signs
    group by account_key, tool, activity_date
)

select * from final

-- grain: one row per account, tool, model and UTC day
-- Credits used, at the company's rate of the day.

with chatgpt_costs as (
    select * from {{ ref('int_chatgpt_tool_costs') }}
    where cost_unit = 'CREDITS'
),

github_copilot_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
    where ai_credits_used > 0
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

credit_rates as (
    select
        unit,
        price_per_unit,
        currency,
        valid_from,
        coalesce(valid_to, {{ date_bound('last') }}) as valid_to
    from {{ ref('stg_company__credit_rates') }}
),

-- All credits used, whatever part of them the contract includes.
used_credits as (
    select
        account_key,
        tool,
        model,
        'chatgpt_credit' as unit,
        cost as credits,
        usage_date
    from chatgpt_costs

    union all

    select
        accounts.account_key,
        'github_copilot' as tool,
        cast(null as {{ dbt.type_string() }}) as model,
        'github_ai_credit' as unit,
        github_copilot_days.ai_credits_used as credits,
        github_copilot_days.day as usage_date
    from github_copilot_days
    left join accounts
        on github_copilot_days.user_token = accounts.id_token
),

account_credits as (
    select
        account_key,
        tool,
        model,
        unit,
        usage_date,
        {{ total_money('credits') }} as credits
    from used_credits
    group by account_key, tool, model, unit, usage_date
),

final as (
    select
        account_credits.account_key,
        account_credits.tool,
        account_credits.model,
        account_credits.usage_date,
        account_credits.credits,
        {{ multiply_money('account_credits.credits', 'credit_rates.price_per_unit') }}
            as vendor_cost,
        credit_rates.currency as vendor_currency
    from account_credits
    left join credit_rates
        on
            account_credits.unit = credit_rates.unit
            and account_credits.usage_date >= credit_rates.valid_from
            and account_credits.usage_date < credit_rates.valid_to
)

select * from final

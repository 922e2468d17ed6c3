-- grain: one row per account and UTC day: its part of the day's AI-credit invoice, in US dollars
-- The vendor's items are added up over users; only credits are given per user. The parts add up to
-- the vendor's figure exactly: what cutting to nine decimals leaves over goes to the largest share.
-- The sum of the shares is cast first: Spark makes it so wide that the difference loses a decimal.

with billing_items as (
    select * from {{ ref('stg_github_copilot__billing_items') }}
),

user_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
    where ai_credits_used > 0
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

day_costs as (
    select
        tenant,
        day,
        {{ total_money('net_amount') }} as net_amount
    from billing_items
    group by tenant, day
),

account_credits as (
    select
        user_days.tenant,
        user_days.day,
        accounts.account_key,
        {{ total_money('user_days.ai_credits_used') }} as credits
    from user_days
    left join accounts
        on user_days.user_token = accounts.id_token
    group by user_days.tenant, user_days.day, accounts.account_key
),

shared_credits as (
    select
        *,
        sum(credits) over (partition by tenant, day) as day_credits,
        row_number() over (
            partition by tenant, day
            order by credits desc, account_key asc
        ) as share_rank
    from account_credits
),

shares as (
    select
        day_costs.tenant,
        day_costs.day,
        day_costs.net_amount,
        shared_credits.account_key,
        shared_credits.share_rank,
        {{ share_of_amount(
            'day_costs.net_amount', 'shared_credits.credits', 'shared_credits.day_credits'
        ) }} as share
    from day_costs
    left join shared_credits
        on
            day_costs.tenant = shared_credits.tenant
            and day_costs.day = shared_credits.day
),

-- On a day without credits the whole amount stays in one row that belongs to no account.
final as (
    select
        tenant,
        day as usage_date,
        account_key,
        cast(
            case
                when share is null then net_amount
                when share_rank = 1
                    then share + net_amount
                        - cast(sum(share) over (partition by tenant, day) as {{ type_money() }})
                else share
            end as {{ type_money() }}
        ) as cost_usd,
        share is not null as is_allocated
    from shares
)

select * from final

-- grain: one row per person, tool and day: activity, tokens and cost side by side
create or replace table usage_days as
with activity as (
    select
        accounts.person_key,
        'chatgpt' as tool,
        parts.activity_date,
        sum(user_messages)::bigint as user_messages,
        sum(assistant_messages)::bigint as assistant_messages,
        sum(sessions)::bigint as sessions,
        sum(prompt_chars)::bigint as prompt_chars,
        sum(measured_messages)::bigint as measured_messages,
        sum(short_messages)::bigint as short_prompts,
        sum(medium_messages)::bigint as medium_prompts,
        sum(long_messages)::bigint as long_prompts,
        bit_or(features) as features
    from parts
    inner join accounts
        on
            parts.account_key = accounts.account_key
            and parts.activity_date >= accounts.valid_from
            and parts.activity_date < accounts.valid_to
    group by all
),

tokens as (
    select
        accounts.person_key,
        token_days.tool,
        token_days.usage_date as activity_date,
        sum(input_tokens)::bigint as input_tokens,
        sum(cached_input_tokens)::bigint as cached_input_tokens,
        sum(output_tokens)::bigint as output_tokens,
        sum(unsplit_tokens)::bigint as unsplit_tokens
    from token_days
    inner join accounts
        on
            token_days.account_key = accounts.account_key
            and token_days.usage_date >= accounts.valid_from
            and token_days.usage_date < accounts.valid_to
    group by all
),

money as (
    select
        person_key,
        tool,
        usage_date as activity_date,
        sum(case when cost_basis = 'credits' then cost end)::decimal(28, 9) as cost_credits,
        sum(case when cost_basis = 'vendor_estimate' then cost end)::decimal(28, 9) as cost_vendor_estimate,
        sum(case when cost_basis = 'metered_list' then cost end)::decimal(28, 9) as cost_metered_list,
        sum(credits)::decimal(28, 9) as credits
    from costs
    where bucket = 'person'
    group by all
)

select
    person_key,
    tool,
    activity_date,
    activity.* exclude (person_key, tool, activity_date, features),
    tokens.* exclude (person_key, tool, activity_date),
    coalesce(input_tokens, 0) + coalesce(cached_input_tokens, 0) + coalesce(output_tokens, 0) + unsplit_tokens
        as total_tokens,
    money.* exclude (person_key, tool, activity_date),
    features,
    bit_count(features)::integer as distinct_features,
    case when tool = 'chatgpt' then coalesce(user_messages > 0, false) end as is_active
from activity
full join tokens using (person_key, tool, activity_date)
full join money using (person_key, tool, activity_date);

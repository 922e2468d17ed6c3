-- grain: one row per department (of the day), tool, surface, model and day
create or replace table model_days as
with person_days as (
    select
        accounts.person_key, 'chatgpt' as tool, parts.surface, known_models.model, parts.activity_date,
        sum(user_messages)::bigint as user_messages,
        null::bigint as input_tokens, null::bigint as cached_input_tokens, null::bigint as output_tokens,
        null::bigint as unsplit_tokens
    from parts
    inner join accounts
        on
            parts.account_key = accounts.account_key
            and parts.activity_date >= accounts.valid_from
            and parts.activity_date < accounts.valid_to
    left join known_models on lower(parts.model) = known_models.spelling
    where user_messages > 0
    group by all

    union all

    select
        accounts.person_key, token_days.tool, token_days.surface, token_days.model, token_days.usage_date, null,
        sum(input_tokens)::bigint, sum(cached_input_tokens)::bigint, sum(output_tokens)::bigint,
        sum(unsplit_tokens)::bigint
    from token_days
    inner join accounts
        on
            token_days.account_key = accounts.account_key
            and token_days.usage_date >= accounts.valid_from
            and token_days.usage_date < accounts.valid_to
    group by all
),

rows_of_people as (
    select
        employment.department_key, tool, surface, model, activity_date,
        count(*) as people,
        sum(user_messages) as user_messages,
        null::bigint as sessions,
        sum(input_tokens) as input_tokens,
        sum(cached_input_tokens) as cached_input_tokens,
        sum(output_tokens) as output_tokens,
        sum(unsplit_tokens) as unsplit_tokens,
        null::decimal(28, 9) as cost_credits,
        null::decimal(28, 9) as cost_vendor_estimate,
        null::decimal(28, 9) as cost_metered_list
    from person_days
    inner join employment
        on
            person_days.person_key = employment.person_key
            and person_days.activity_date >= employment.valid_from
            and person_days.activity_date < employment.valid_to
    group by all

    union all

    select
        employment.department_key, 'chatgpt', surface, majority_model, activity_date,
        null, null, count(*), null, null, null, null, null, null, null
    from sessions
    inner join employment
        on
            sessions.person_key = employment.person_key
            and sessions.activity_date >= employment.valid_from
            and sessions.activity_date < employment.valid_to
    group by all

    union all

    select
        department_key, tool, null, model, usage_date,
        null, null, null, null, null, null, null,
        sum(case when cost_basis = 'credits' then cost end),
        sum(case when cost_basis = 'vendor_estimate' then cost end),
        sum(case when cost_basis = 'metered_list' then cost end)
    from costs
    where bucket = 'person'
    group by all
)

select
    department_key, tool, surface, model, activity_date,
    sum(people)::bigint as people,
    sum(user_messages)::bigint as user_messages,
    sum(sessions)::bigint as sessions,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_input_tokens)::bigint as cached_input_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(unsplit_tokens)::bigint as unsplit_tokens,
    sum(cost_credits)::decimal(28, 9) as cost_credits,
    sum(cost_vendor_estimate)::decimal(28, 9) as cost_vendor_estimate,
    sum(cost_metered_list)::decimal(28, 9) as cost_metered_list
from rows_of_people
group by all;

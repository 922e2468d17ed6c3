-- grain: one row per session of an employed person
create or replace table sessions as
with account_sessions as (
    select
        account_key,
        started_at,
        started_at::date as activity_date,
        max(last_event_at) as ended_at,
        max(case when sessions = 1 then surface end) as surface,
        sum(user_messages)::bigint as user_messages,
        count(distinct conversation) as conversations,
        sum(prompt_chars)::bigint as prompt_chars,
        sum(measured_messages)::bigint as measured_messages,
        min(model) as first_model,
        max(model) as last_model
    from parts
    where started_at is not null
    group by account_key, started_at
),

-- The model of most turns, where a session has several; the higher tier of two with as many.
majority as (
    select parts.account_key, parts.started_at, known_models.model
    from parts
    inner join account_sessions using (account_key, started_at)
    inner join known_models on lower(parts.model) = known_models.spelling
    left join warehouse.reference.model_tiers as tiers
        on
            known_models.model = tiers.model
            and account_sessions.activity_date >= tiers.valid_from
            and account_sessions.activity_date < tiers.valid_to
    where account_sessions.first_model <> account_sessions.last_model
    group by parts.account_key, parts.started_at, known_models.model, tiers.tier_rank
    qualify row_number() over (
        partition by parts.account_key, parts.started_at
        order by sum(parts.user_messages) desc, coalesce(tiers.tier_rank, 0) desc, known_models.model
    ) = 1
)

select
    accounts.account_key::bigint * 100000000
    + date_diff('minute', timestamp '2000-01-01', account_sessions.started_at) as session_key,
    accounts.person_key,
    account_sessions.started_at,
    account_sessions.ended_at,
    account_sessions.surface,
    account_sessions.user_messages,
    account_sessions.conversations,
    account_sessions.prompt_chars,
    account_sessions.measured_messages,
    coalesce(majority.model, known_models.model) as majority_model,
    tiers.tier = 'advanced' as is_advanced,
    account_sessions.activity_date
from account_sessions
inner join accounts
    on
        account_sessions.account_key = accounts.account_key
        and account_sessions.activity_date >= accounts.valid_from
        and account_sessions.activity_date < accounts.valid_to
left join majority
    on
        account_sessions.account_key = majority.account_key
        and account_sessions.started_at = majority.started_at
left join known_models
    on account_sessions.first_model = account_sessions.last_model
        and lower(account_sessions.first_model) = known_models.spelling
left join warehouse.reference.model_tiers as tiers
    on
        coalesce(majority.model, known_models.model) = tiers.model
        and account_sessions.activity_date >= tiers.valid_from
        and account_sessions.activity_date < tiers.valid_to;

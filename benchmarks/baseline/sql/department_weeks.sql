-- The heavy part alone, for the comparison with frames: messages to sessions, person-days and department-weeks.
create or replace table person_days as
select
    accounts.person_key,
    parts.activity_date,
    sum(user_messages)::bigint as user_messages,
    sum(assistant_messages)::bigint as assistant_messages,
    sum(sessions)::bigint as sessions,
    sum(prompt_chars)::bigint as prompt_chars
from parts
inner join accounts
    on
        parts.account_key = accounts.account_key
        and parts.activity_date >= accounts.valid_from
        and parts.activity_date < accounts.valid_to
group by all;

create or replace table department_weeks as
select
    employment.department_key,
    date_trunc('week', person_days.activity_date)::date as week_start,
    count(distinct case when user_messages > 0 then person_days.person_key end) as active_people,
    sum(user_messages)::bigint as user_messages,
    sum(assistant_messages)::bigint as assistant_messages,
    sum(sessions)::bigint as sessions,
    coalesce(sum(prompt_chars), 0)::bigint as prompt_chars
from person_days
inner join employment
    on
        person_days.person_key = employment.person_key
        and person_days.activity_date >= employment.valid_from
        and person_days.activity_date < employment.valid_to
group by all;

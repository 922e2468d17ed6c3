-- Figures of departments by week and month before anything is masked, and the power users of each week.

create or replace temp table periods as
select 'week' as period_type, start::date as period_start, (start + interval 7 day)::date as period_end
from range(
    (select date_trunc('week', min(activity_date)) from usage_days)::timestamp,
    (select max(as_of) from warehouse.ops.runs)::timestamp + interval 1 microsecond, interval 7 day
) as weeks (start)
union all
select 'month', start::date, (start + interval 1 month)::date
from range(
    (select date_trunc('month', min(activity_date)) from usage_days)::timestamp,
    (select max(as_of) from warehouse.ops.runs)::timestamp + interval 1 microsecond, interval 1 month
) as months (start);

-- grain: one row per period and person employed in it, under the department of the last employed day
create or replace temp table people_of_periods as
select period_type, period_start, period_end, person_key, arg_max(department_key, valid_to) as department_key
from periods
inner join employment on valid_from < period_end and valid_to > period_start
group by all;

-- grain: one row per period and department: small ones form one pool, which a small unit joins if it must
create or replace temp table units as
with sizes as (
    select
        people.period_type, people.period_start, people.department_key,
        count(employment.person_key) as first_day_headcount
    from (
        select periods.period_type, periods.period_start, departments.department_key
        from periods
        inner join (select department_key, min(valid_from) as first_day from employment group by all) as departments
            on departments.first_day < periods.period_end
    ) as people
    left join employment
        on
            people.department_key = employment.department_key
            and people.period_start >= employment.valid_from
            and people.period_start < employment.valid_to
    group by all
),

ranked as (
    select
        *,
        first_day_headcount >= 10 as is_large,
        sum(case when first_day_headcount < 10 then first_day_headcount else 0 end) over of_period as pool_headcount,
        row_number() over (
            partition by period_type, period_start, first_day_headcount >= 10
            order by first_day_headcount, department_key
        ) as size_rank,
        -- A pool nobody belongs to on the first day or later needs no rescue.
        bool_or(
            first_day_headcount < 10
            and (first_day_headcount > 0 or department_key in (
                select found.department_key from people_of_periods as found
                where found.period_type = sizes.period_type and found.period_start = sizes.period_start
            ))
        ) over of_period as has_pool
    from sizes
    window of_period as (partition by period_type, period_start)
),

decided as (
    select *, not is_large or (has_pool and pool_headcount < 10 and size_rank = 1) as is_pooled from ranked
)

select
    period_type, period_start, department_key,
    case when is_pooled then 'other' else department_key end as unit_key
from decided
qualify
    bool_or(not is_pooled) over (partition by period_type, period_start)
    or sum(case when is_pooled then first_day_headcount else 0 end) over (partition by period_type, period_start)
    >= 10;

-- grain: one row per period, unit (company included) and tool (`all` included): sum, people behind it, two largest
create or replace table unit_figures as
with shares as (
    select period_type, period_start, person_key, tool,
        count(case when is_active then 1 end) as active_days,
        sum(user_messages) as user_messages, sum(measured_messages) as measured_messages,
        sum(short_prompts) as short_prompts, sum(medium_prompts) as medium_prompts,
        sum(long_prompts) as long_prompts, sum(prompt_chars) as prompt_chars,
        sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens
    from usage_days
    inner join periods on activity_date >= period_start and activity_date < period_end
    group by all
),

session_shares as (
    select period_type, period_start, person_key, 'chatgpt' as tool,
        sum(user_messages) as session_messages, count(*) as sessions, count(is_advanced) as known_model_sessions,
        count(case when is_advanced then 1 end) as advanced_sessions
    from sessions
    inner join periods on activity_date >= period_start and activity_date < period_end
    group by all
),

contributions as (
    select
        period_type, period_start, person_key, tool,
        case when tool = 'chatgpt' then (active_days > 0)::bigint end as active_people,
        case when tool = 'chatgpt' then coalesce(user_messages, 0) end as user_messages,
        case when tool = 'chatgpt' then coalesce(session_messages, 0) end as session_messages,
        case when tool = 'chatgpt' then coalesce(measured_messages, 0) end as measured_messages,
        case when tool = 'chatgpt' then coalesce(short_prompts, 0) end as short_prompts,
        case when tool = 'chatgpt' then coalesce(medium_prompts, 0) end as medium_prompts,
        case when tool = 'chatgpt' then coalesce(long_prompts, 0) end as long_prompts,
        case when tool = 'chatgpt' then coalesce(prompt_chars, 0) end as prompt_chars,
        case when tool = 'chatgpt' then coalesce(sessions, 0) end as sessions,
        case when tool = 'chatgpt' then coalesce(known_model_sessions, 0) end as known_model_sessions,
        case when tool = 'chatgpt' then coalesce(advanced_sessions, 0) end as advanced_sessions,
        coalesce(input_tokens, 0) as input_tokens,
        coalesce(output_tokens, 0) as output_tokens
    from shares
    left join session_shares using (period_type, period_start, person_key, tool)
),

of_all_tools as (
    select * from contributions
    union all
    select period_type, period_start, person_key, 'all', max(active_people),
        sum(columns(* exclude (period_type, period_start, person_key, tool, active_people)))
    from contributions
    group by period_type, period_start, person_key
),

of_units as (
    select units.unit_key, of_all_tools.*
    from of_all_tools
    inner join people_of_periods as people using (period_type, period_start, person_key)
    inner join units
        on
            people.period_type = units.period_type and people.period_start = units.period_start
            and people.department_key = units.department_key
    union all
    select 'all', of_all_tools.*
    from of_all_tools
    inner join people_of_periods as people using (period_type, period_start, person_key)
)

select
    period_type,
    period_start,
    unit_key,
    tool,
    sum(active_people)::bigint as active_people,
    sum(columns('^(.*_messages|.*_prompts|.*_chars|.*_tokens|.*sessions)$'))::bigint as '\1',
    count(nullif(columns('^(.*_messages|.*_prompts|.*_chars|.*_tokens|.*sessions)$'), 0)) as '\1_contributors',
    max(columns('^(.*_messages|.*_prompts|.*_chars|.*_tokens|.*sessions)$'))::bigint as '\1_largest',
    max(columns('^(.*_messages|.*_prompts|.*_chars|.*_tokens|.*sessions)$'), 2)[2]::bigint as '\1_second_largest'
from of_units
group by all;

-- grain: one row per week and person with messages in the 28 days that end with it
create or replace table power_users as
with person_weeks as (
    select
        date_trunc('week', activity_date)::date as week_start,
        person_key,
        sum(user_messages) as user_messages,
        bit_or(features) as features
    from usage_days
    where is_active
    group by all
),

senders as (
    select
        week_start + offset_weeks::integer * 7 as week_start,
        person_key,
        sum(user_messages)::bigint as messages_28d,
        bit_count(bit_or(features)) as distinct_features_28d
    from person_weeks
    cross join range(4) as offsets (offset_weeks)
    group by all
),

ranked as (
    select
        senders.*,
        rank() over (partition by week_start order by messages_28d desc) as sender_rank,
        count(*) over (partition by week_start) as senders,
        week_start - 21 >= (
            select min(day) from warehouse.ops.loaded_days
            where source = 'chatgpt' and resource = 'log_files/CONVERSATION_MESSAGE' and status = 'ok'
        ) as is_observed
    from senders
    inner join people_of_periods as people
        on
            people.period_type = 'week' and senders.week_start = people.period_start
            and senders.person_key = people.person_key
)

select
    week_start,
    person_key,
    messages_28d,
    distinct_features_28d,
    case when is_observed then 1 - (sender_rank - 1)::double / senders end as sender_percentile,
    case
        when is_observed
            then messages_28d >= 300 and distinct_features_28d >= 3 and sender_rank <= ceil(senders * 0.2)
    end as is_power_user
from ranked;

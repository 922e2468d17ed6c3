-- grain: one row per event; the activity that begins on the days of this chunk
insert into message_events
with account_days as (
    select
        accounts.*,
        days.day_number,
        epoch_ms(days.day::timestamp) as midnight,
        accounts.number * 512 + days.day_number as day_key
    from accounts
    inner join days on days.day >= accounts.used_from and days.day < accounts.used_until
    where
        draw(accounts.number * 512 + days.day_number, 'active')
        < case when days.is_workday then accounts.workday_chance else 0.06 end
),

sessions as (
    select
        account_days.*,
        day_key * 8 + number_of_day as session_key,
        day_key * 8 + number_of_day
        - (number_of_day > 0 and draw(day_key * 8 + number_of_day, 'continues') < 0.2)::integer as thread_key,
        -- Some begin shortly before midnight; some pauses are just as long as a session allows, or 1 ms longer.
        midnight + case
            when draw(day_key * 8 + number_of_day, 'late') < 0.015
                then 84300000 + whole(day_key * 8 + number_of_day, 'start', 1980000)
            else 27000000 + whole(day_key * 8 + number_of_day, 'start', 43200000)
        end as started_at,
        case
            when draw(day_key * 8 + number_of_day, 'pace') < 0.020 then 1800000
            when draw(day_key * 8 + number_of_day, 'pace') < 0.026 then 1800001
            else 60000 + whole(day_key * 8 + number_of_day, 'step', 300000)
        end as step,
        1 + floor(
            -ln(1 - draw(day_key * 8 + number_of_day, 'turns'))
            * (getvariable('turns') / 2.5 * case when is_power then 2.2 else 0.92 end - 0.5)
        )::bigint as wanted_turns
    from account_days
    cross join lateral unnest(range(1 + whole(day_key, 'sessions', 4))) as numbers (number_of_day)
),

turns as (
    select
        sessions.*,
        turn,
        session_key * 64 + turn as turn_key,
        thread_key * 2 + (turn * 2 > least(wanted_turns, 60) and draw(session_key, 'splits') < 0.12)::integer
            as conversation,
        started_at + turn * step
        + case when step < 1800000 then whole(session_key * 64 + turn, 'jitter', 45000) else 0 end as prompted_at,
        case
            when draw(session_key * 64 + turn, 'answers') < 0.02 then 0
            when draw(session_key * 64 + turn, 'answers') < 0.88 then 1
            when draw(session_key * 64 + turn, 'answers') < 0.97 then 2
            else 3
        end as answers
    from sessions
    cross join lateral unnest(range(least(wanted_turns, case when step < 1800000 then 60 else 6 end)))
        as numbers (turn)
),

messages as (
    select
        turns.*,
        turn_key * 8 + (part + 1) as message_key,
        part,
        prompted_at + case
            when part = -1 then -40
            when part = 0 then 0
            else 1000 + part * 2500 + whole(turn_key * 8 + part + 1, 'delay', 2000)
        end as message_at,
        case
            when draw(turn_key * 8 + part + 1, 'repeat') < 0.012 then 1
            when draw(turn_key * 8 + part + 1, 'repeat') < 0.020 then 2
            else 0
        end as repeat
    from turns
    cross join lateral unnest(range(case when turn = 0 and has_instructions then -1 else 0 end, 1 + answers))
        as numbers (part)
),

-- Copy 1 is the same event sent once more, copy 2 a newer snapshot of the message (an edit).
events as (
    select
        messages.*,
        copy,
        message_at + case when copy = 2 then 20000 + whole(message_key, 'edited', 220000) else 0 end as event_at
    from messages
    cross join lateral unnest(case when repeat = 0 then [0] else [0, repeat] end) as copies (copy)
),

delivered as (
    select
        *,
        case
            when draw(message_key, 'is late') < 0.004
                then
                    (event_at // 86400000 + 1 + whole(message_key, 'days late', 3)) * 86400000
                    + 43200000 + whole(message_key, 'minute', 3600000)
            else event_at + 120000 + whole(message_key, 'delivery', 1500000)
        end
        + case when copy = 1 then 300000 + whole(message_key, 'again', 2700000) else 0 end as delivered_at
    from events
)

select
    number,
    (make_timestamp(delivered_at * 1000) - interval 3 hour)::date + 1 as file_day,
    delivered_at,
    message_key,
    copy,
    part,
    conversation,
    event_at,
    message_at,
    case when part > 0 or draw(message_key, 'no time') >= 0.003 then true else false end as has_created_at,
    case
        when part > 0 then null
        else
            ['desktop_web', 'macos_app', 'windows_app', 'ios_app', 'android_app'][
                1 + least(4, floor(-ln(1 - draw(session_key, 'client')) * 1.3)::bigint)
            ]
    end as client_type,
    case
        when part < 1 then null
        when is_power and draw(message_key, 'model') < 0.12 then 'gpt-5-2-pro'
        when draw(message_key, 'model') > 0.72 then 'gpt-5-mini'
        when draw(message_key, 'newer') < (day_number * 3 / getvariable('days') - 1) * 0.6 then 'gpt-5-5'
        else 'gpt-5-2'
    end as model,
    case
        when part < 1 or draw(message_key, 'tool') >= 0.2 then null
        else
            ['browser', 'browser', 'python', 'image_gen', 'file_search'][1 + whole(message_key, 'which tool', 5)]
    end as tool_used,
    case
        when part = 0
            then least(3000, 10 + floor(130 * exp(1.6 * (draw(message_key, 'c') + draw(message_key, 'd') - 1)))::integer)
        when part = -1 then 60
        else 120 + floor(700 * pow(draw(message_key, 'c'), 2))::integer
    end + case when copy = 2 then 1 + whole(message_key, 'added', 80)::integer else 0 end as plain_chars,
    draw(message_key, 'escapes') < 0.3 as has_escapes,
    part = 0 and draw(message_key, 'file') < 0.05 as has_file,
    draw(session_key, 'gpt') < 0.05 as uses_gpt,
    draw(session_key, 'project') < 0.10 as uses_project
from delivered;

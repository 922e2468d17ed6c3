-- grain: one row per cost event: an hour of one account, product and model; the days of this chunk
insert into cost_events
-- Those who write on a day; two rows for most, more for people who have Codex work for them.
with account_rows as (
    select
        accounts.number,
        accounts.number % 5 = 0 as is_coder,
        days.day_number,
        days.day,
        (accounts.number * 512 + days.day_number) * 8 + row_of_day as cost_key,
        row_of_day
    from accounts
    inner join days on days.day >= accounts.used_from and days.day < accounts.used_until
    cross join lateral unnest(range(case when accounts.number % 5 = 0 then 5 else 2 end)) as numbers (row_of_day)
    where
        draw(accounts.number * 512 + days.day_number, 'active')
        < case when days.is_workday then accounts.workday_chance else 0.06 end
),

measured as (
    select
        *,
        row_of_day > 1 as is_codex,
        6 + whole(cost_key, 'hour', 14) as usage_hour,
        case when row_of_day > 1 then 8000 + whole(cost_key, 'in', 82000) else 300 + whole(cost_key, 'in', 6700) end
            as input_tokens,
        case when row_of_day > 1 then 8192 * (5 + whole(cost_key, 'hit', 75)) else 4096 * whole(cost_key, 'hit', 6) end
            as cached_tokens,
        case when row_of_day > 1 then 800 + whole(cost_key, 'out', 13200) else 150 + whole(cost_key, 'out', 3350) end
            as output_tokens,
        row_of_day <= 1 and draw(cost_key, 'total') < 0.2 as is_total_only,
        case
            when row_of_day <= 1 and draw(cost_key, 'model') < 0.3 then 'gpt-5-mini'
            when draw(cost_key, 'newer') < (day_number * 3 / getvariable('days') - 1) * 0.6 then 'gpt-5.5'
            when row_of_day > 1 then 'gpt-5.2-codex'
            else 'gpt-5.2'
        end as model,
        draw(cost_key, 'billed') >= 0.02 as is_billed,
        number % 5 < 3 as has_estimate,
        draw(cost_key, 'nobody') < 0.005 as is_nobodys,
        case when draw(cost_key, 'repeat') < 0.02 then [0, 1] else [0] end as copies
    from account_rows
    where draw(cost_key, 'row') < 0.6
),

delivered as (
    select
        measured.*,
        copy,
        epoch_ms(day::timestamp) + (usage_hour + 4) * 3600000 + whole(cost_key, 'delivery', 7200000)
        + case when draw(cost_key, 'is late') < 0.003 then 86400000 * (1 + whole(cost_key, 'days late', 3)) else 0 end
        + copy * 1200000 as delivered_at
    from measured
    cross join lateral unnest(copies) as numbers (copy)
)

select
    number,
    (make_timestamp(delivered_at * 1000) - interval 3 hour)::date + 1 as file_day,
    delivered_at,
    cost_key,
    copy,
    day,
    usage_hour,
    is_codex,
    model,
    input_tokens,
    cached_tokens,
    output_tokens,
    is_total_only,
    is_billed,
    has_estimate,
    is_nobodys,
    -- Credits in units of 0.0001: (input + a tenth of cached + six times output) at the model's rate.
    input_tokens * rate // 1000 as input_credits,
    cached_tokens * rate // 10000 as cached_credits,
    output_tokens * rate * 6 // 1000 as output_credits
from delivered
inner join (values ('gpt-5-mini', 125), ('gpt-5.2', 900), ('gpt-5.2-codex', 900), ('gpt-5.5', 2500))
    as rates (model, rate) using (model);

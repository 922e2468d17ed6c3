-- Random draws are hashes of what they are about: the same seed gives the same company, in any order of work.
-- The outer hash is needed: DuckDB combines columns by XOR, so that draws with two salts would go together.
create macro draw(key, salt) as
    (hash(hash(key, salt, getvariable('seed'))) >> 11) / 9007199254740992.0;
create macro whole(key, salt, below) as floor(draw(key, salt) * below)::bigint;
create macro hex_id(key, salt) as
    format('{:016x}', hash(hash(key, salt, getvariable('seed')))) || format('{:08x}', key % 4294967296);

-- (name, tokens, credits) of each SKU line: what has tokens, or one line where the plan gives totals only.
create macro cost_buckets(is_total_only, tokens, credits) as
    case
        when is_total_only then [('total', list_sum(tokens)::bigint, list_sum(credits)::bigint)]
        else
            list_filter(
                [
                    ('input', tokens[1], credits[1]),
                    ('cached_input', tokens[2], credits[2]),
                    ('output', tokens[3], credits[3])
                ],
                lambda bucket: bucket[2] > 0
            )
    end;

-- grain: one row per department; sizes fall off, so that some are too small to be published
create table departments as
select
    number,
    format('Department {:02d}', number) as department,
    format('Division {}', number % 5) as division,
    format('CC-{:03d}', 100 + number) as cost_center,
    sum(1.0 / (number + 2)) over (order by number) / sum(1.0 / (number + 2)) over () as share_until
from range(greatest(4, least(60, getvariable('people') // 40))) as numbers (number);

-- grain: one row per person; seven in eight have a ChatGPT account, a few accounts belong to nobody in the HRIS
create table people as
with placed as (
    select
        number,
        (select min(d.number) from departments as d where d.share_until >= draw(numbers.number, 'department'))
            as department,
        (select min(d.number) from departments as d where d.share_until >= draw(numbers.number, 'second'))
            as second_department,
        draw(number, 'moves') < 0.12 as has_moved,
        getvariable('first_day')::date + (10 + whole(number, 'move day', getvariable('days') - 14))::integer
            as moved_on,
        draw(number, 'hires') < 0.10 as is_new,
        getvariable('first_day')::date + whole(number, 'hire day', getvariable('days') // 2)::integer as new_from,
        draw(number, 'leaves') < 0.05 as has_left,
        getvariable('first_day')::date
        + (getvariable('days') * 2 // 3 + whole(number, 'exit day', getvariable('days') // 3))::integer
            as left_from,
        draw(number, 'account') < 0.875 as has_account,
        draw(number, 'unknown') < 0.01 as is_unknown,
        draw(number, 'alias') < 0.10 as uses_alias,
        0.35 + 0.5 * draw(number, 'habit') as workday_chance,
        draw(number, 'power') < 0.06 as is_power
    from range(getvariable('people')) as numbers (number)
)
select
    number,
    format('{:06d}', number) as employee_id,
    format('person.{:06d}@workload.example', number) as work_email,
    case when uses_alias then format('p{:06d}@old-workload.example', number) end as alternate_email,
    format('user-{}', hex_id(number, 'account')) as account,
    department,
    case when has_moved and second_department <> department then second_department end as second_department,
    moved_on,
    case when is_new then new_from else date '2020-01-01' + (number % 1500)::integer end as hired_on,
    case when has_left then left_from end as left_from,
    has_account,
    is_unknown,
    workday_chance,
    is_power
from placed;

-- grain: one row per account and the days on which it can be used
create table accounts as
select
    number,
    account,
    coalesce(alternate_email, work_email) as email,
    department,
    greatest(hired_on, getvariable('first_day')::date) as used_from,
    coalesce(left_from, date '2199-12-31') as used_until,
    workday_chance,
    is_power,
    number % 6 = 0 as has_instructions
from people
where has_account;

-- grain: one row per account whose holder has GitHub Copilot; a few, for a source whose days are restated whole
create table developers as
select number, email from accounts where number % 20 = 3;

-- grain: one row per day of the chunk that is being made
create view days as
select
    day_number,
    (getvariable('first_day')::date + day_number::integer) as day,
    isodow(getvariable('first_day')::date + day_number::integer) < 6 as is_workday
from range(getvariable('chunk_from'), getvariable('chunk_until')) as numbers (day_number);

-- Fails for every published figure that few people made, or one or two of them nearly alone.
-- Who made a figure is counted here once more from the facts about people, in plain sums: neither the cells
-- nor the masks, nor the macros that make them, have a say.
{{ config(tags=['audit']) }}
{%- set k = [var('suppression_k') | int, 5] | max %}
{%- set buckets = ['input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens',
                   'reasoning_tokens', 'unsplit_tokens', 'credits'] %}
{%- set of_days = ['user_messages', 'measured_messages'] + buckets %}
{%- set of_home = of_days + ['active_people', 'sessions', 'licensed_people'] %}
{%- set days = {'week': iso_week_start('%s'), 'month': month_start('%s')} %}
{%- set classes = ['held_by_leaver', 'on_leave', 'in_grace', 'duplicate', 'never_used', 'dormant',
                   'under_used', 'used'] %}
{%- set of_amounts = ['user_messages', 'measured_messages', 'sessions', 'cost', 'seat_days'] + buckets %}
{%- set dominated = "'" ~ of_amounts | join("',\n                '") ~ "'" %}
with published as (
    {{ published_cells() }}
),

-- Marts have the periods that are built: closed ones are published as they were.
first_day as (
    select min(period_start) as day
    from {{ ref('int_rebuilt_periods') }}
),

seats as (
    select facts.*
    from {{ ref('fct_seats_daily') }} as facts
    cross join first_day
    where facts.seat_date >= first_day.day
),

costs as (
    select * from {{ ref('fct_costs_daily') }}
),

holders as (
    select * from {{ ref('fct_seat_holders_monthly') }}
),

stages as (
    select * from {{ ref('fct_adoption_stages_weekly') }}
),

power_users as (
    select * from {{ ref('fct_power_users_weekly') }}
),

person_periods as (
    select * from {{ ref('int_person_periods') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
),

finished_weeks as (
    select period_start as week_start
    from {{ ref('int_rebuilt_periods') }}
    where period_type = 'week' and is_over
),

person_units as (
    select
        person_periods.period_type,
        person_periods.period_start,
        person_periods.person_key,
        reporting_units.unit_key
    from person_periods
    inner join reporting_units
        on
            person_periods.period_type = reporting_units.period_type
            and person_periods.period_start = reporting_units.period_start
            and person_periods.department_key = reporting_units.department_key
    union all
    select
        period_type,
        period_start,
        person_key,
        'all' as unit_key
    from person_periods
),

-- One row per period, person and tool, or all tools: use and seats, which count where the person is at home.
-- A figure of a person stands in one row, so that cells are added up without holding a row per person and cell.
people as (
    {%- for period_type, start in days.items() %}
    {%- for tool in ['tool', "'all'"] %}
    {%- set grouped = ', tool' if tool == 'tool' %}
    select
        '{{ period_type }}' as period_type,
        {{ start | replace('%s', 'activity_date') }} as period_start,
        person_key,
        {{ tool }} as tool,
        {%- for name in of_days %}
        cast(sum({{ name }}) as {{ type_money() }}) as {{ name }},
        {%- endfor %}
        max(case when is_active then 1 else 0 end) as active_people,
        0 as sessions,
        0 as licensed_people
    from {{ ref('fct_usage_daily') }}
    cross join first_day
    where activity_date >= first_day.day
    group by {{ start | replace('%s', 'activity_date') }}, person_key{{ grouped }}

    union all

    select
        '{{ period_type }}' as period_type,
        {{ start | replace('%s', 'activity_date') }} as period_start,
        person_key,
        {{ tool }} as tool,
        {%- for name in of_days %}
        cast(0 as {{ type_money() }}) as {{ name }},
        {%- endfor %}
        0 as active_people,
        count(*) as sessions,
        0 as licensed_people
    from {{ ref('fct_sessions') }}
    cross join first_day
    where activity_date >= first_day.day
    group by {{ start | replace('%s', 'activity_date') }}, person_key{{ grouped }}

    union all

    select
        '{{ period_type }}' as period_type,
        {{ start | replace('%s', 'seat_date') }} as period_start,
        person_key,
        {{ tool }} as tool,
        {%- for name in of_days %}
        cast(0 as {{ type_money() }}) as {{ name }},
        {%- endfor %}
        0 as active_people,
        0 as sessions,
        count(*) as licensed_people
    from {{ ref('fct_seats_daily') }}
    cross join first_day
    where seat_date >= first_day.day and holder_status in ('employed', 'on_leave')
    group by {{ start | replace('%s', 'seat_date') }}, person_key{{ grouped }}
    {{- "\n\n    union all\n" if tool == 'tool' }}
    {%- endfor %}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

home_cells as (
    select
        people.period_type,
        people.period_start,
        person_units.unit_key,
        people.tool,
        {%- for name in of_home %}
        count(case when people.{{ name }} > 0 then 1 end) as {{ name }}_people,
        sum(case when people.{{ name }} > 0 then people.{{ name }} end) as {{ name }}_total,
        max(people.{{ name }}) as {{ name }}_largest
        {{- ',' if not loop.last }}
        {%- endfor %}
    from people
    inner join person_units
        on
            people.period_type = person_units.period_type
            and people.period_start = person_units.period_start
            and people.person_key = person_units.person_key
    group by people.period_type, people.period_start, person_units.unit_key, people.tool
),

-- A power user of a month is active in it: a week's 28 days begin in the month before.
active_months as (
    select distinct
        {{ month_start('activity_date') }} as month_start,
        person_key,
        tool
    from {{ ref('fct_usage_daily') }}
    cross join first_day
    where activity_date >= first_day.day and is_active
),

power_months as (
    select
        'month' as period_type,
        active_months.month_start as period_start,
        power_users.person_key,
        power_users.tool,
        '' as item,
        'power_people' as measure,
        cast(1 as {{ type_money() }}) as amount
    from power_users
    inner join finished_weeks
        on power_users.week_start = finished_weeks.week_start
    inner join active_months
        on
            {{ month_start(add_days('power_users.week_start', 3)) }} = active_months.month_start
            and power_users.person_key = active_months.person_key
            and power_users.tool in (active_months.tool, 'all')
    where power_users.is_power_user
),

-- A feature counts on a day on which the person is active in its tool.
feature_months as (
    select
        'month' as period_type,
        {{ month_start('features.activity_date') }} as period_start,
        features.person_key,
        features.tool,
        features.feature as item,
        'feature_people' as measure,
        cast(1 as {{ type_money() }}) as amount
    from {{ ref('fct_features_daily') }} as features
    inner join {{ ref('fct_usage_daily') }} as active_days
        on
            features.person_key = active_days.person_key
            and features.tool = active_days.tool
            and features.activity_date = active_days.activity_date
    cross join first_day
    where active_days.is_active and features.activity_date >= first_day.day
    group by
        {{ month_start('features.activity_date') }}, features.person_key, features.tool, features.feature
),

tasks_of_days as (
    select distinct
        active_days.person_key,
        active_days.tool,
        active_days.activity_date,
        tasks.task_category
    from {{ ref('fct_usage_daily') }} as active_days
    cross join first_day
    left join {{ ref('fct_features_daily') }} as features
        on
            active_days.person_key = features.person_key
            and active_days.tool = features.tool
            and active_days.activity_date = features.activity_date
    left join {{ ref('int_task_map') }} as tasks
        on
            active_days.tool = tasks.tool
            and tasks.feature in ('', features.feature)
    where active_days.is_active and active_days.activity_date >= first_day.day
),

task_months as (
    select distinct
        'month' as period_type,
        {{ month_start('activity_date') }} as period_start,
        person_key,
        'all' as tool,
        task_category as item,
        'task_people' as measure,
        cast(1 as {{ type_money() }}) as amount
    from tasks_of_days
    where task_category is not null
),

day_off_months as (
    select distinct
        'month' as period_type,
        {{ month_start('active_days.activity_date') }} as period_start,
        active_days.person_key,
        'all' as tool,
        '' as item,
        'day_off_people' as measure,
        cast(1 as {{ type_money() }}) as amount
    from {{ ref('fct_usage_daily') }} as active_days
    inner join {{ ref('dim_dates') }} as dates
        on active_days.activity_date = dates.date_day
    cross join first_day
    where active_days.is_active and not dates.is_working_day and active_days.activity_date >= first_day.day
),

-- Tiers as the company's file has them, or five; every person's tokens over the working days that are over.
days_of_work as (
    select
        {{ month_start('dates.date_day') }} as period_start,
        count(*) as number_of_days
    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('int_run_clock') }} as run_clock
    where dates.is_working_day and dates.date_day < run_clock.as_of_date
    group by {{ month_start('dates.date_day') }}
),

token_sums as (
    select
        {{ month_start('activity_date') }} as period_start,
        person_key,
        sum(case when token_basis = 'reported' then total_tokens end) as tokens,
        sum(case when token_basis = 'reported' then coalesce(cached_input_tokens, 0) end) as cache_reads,
        max(case when is_active then 1 else 0 end) as active_people
    from {{ ref('fct_usage_daily') }}
    cross join first_day
    where activity_date >= first_day.day
    group by {{ month_start('activity_date') }}, person_key
),

token_months as (
    {%- for measure, amount in {
        'token_people': 'tokens', 'tier_people': 'tokens', 'uncached_tier_people': 'tokens - cache_reads'
    }.items() %}
    select
        'month' as period_type,
        token_sums.period_start,
        token_sums.person_key,
        'all' as tool,
        {% if measure == 'token_people' %}''{% else %}max(tiers.tier_key){% endif %} as item,
        '{{ measure }}' as measure,
        cast(1 as {{ type_money() }}) as amount
    from token_sums
    inner join days_of_work
        on token_sums.period_start = days_of_work.period_start
    inner join {{ ref('int_token_tiers') }} as tiers
        on {{ amount }} >= tiers.minimum_tokens * days_of_work.number_of_days
    where token_sums.tokens > 0 and token_sums.active_people = 1
    group by token_sums.period_start, token_sums.person_key
    {{- "

    union all
" if not loop.last }}
    {%- endfor %}
),

home_facts as (
    select * from power_months
    union all
    select * from feature_months
    union all
    select * from task_months
    union all
    select * from day_off_months
    union all
    select * from token_months
),

-- Rows that know their own department: the day's of money and seat-days, the holder's of a seat.
department_facts as (
    select
        home_facts.period_type,
        home_facts.period_start,
        home_facts.person_key,
        person_periods.department_key,
        home_facts.tool,
        home_facts.item,
        home_facts.measure,
        home_facts.amount
    from home_facts
    inner join person_periods
        on
            home_facts.period_type = person_periods.period_type
            and home_facts.period_start = person_periods.period_start
            and home_facts.person_key = person_periods.person_key
    {% for stage in ['assigned', 'first_use', 'repeat_use', 'habitual', 'deep'] %}
    union all

    select
        'week' as period_type,
        week_start as period_start,
        person_key,
        department_key,
        tool,
        '' as item,
        '{{ stage }}' as measure,
        cast(1 as {{ type_money() }}) as amount
    from stages
    {{- ' where ' ~ stage if stage != 'assigned' }}
    {% endfor %}
    {%- for measure in ['seat_holders', 'seats_active'] + classes %}
    union all

    select
        'month' as period_type,
        month_start as period_start,
        person_key,
        department_key,
        tool,
        product as item,
        '{{ measure }}' as measure,
        cast(1 as {{ type_money() }}) as amount
    from holders
    {%- if measure == 'seats_active' %}
    where active_days > 0
    {%- elif measure != 'seat_holders' %}
    where seat_class = '{{ measure }}'
    {%- endif %}
    {% endfor %}
    {%- for tool in ['tool', "'all'"] %}
    union all

    select
        'month' as period_type,
        {{ month_start('usage_date') }} as period_start,
        person_key,
        department_key,
        {{ tool }} as tool,
        cost_basis as item,
        'cost' as measure,
        cast(cost as {{ type_money() }}) as amount
    from costs
    where bucket = 'person' and cost <> 0
    {% endfor %}
    union all

    select
        'month' as period_type,
        {{ month_start('seat_date') }} as period_start,
        person_key,
        department_key,
        tool,
        product as item,
        'seat_days' as measure,
        cast(1 as {{ type_money() }}) as amount
    from seats
    where person_key is not null
),

department_shares as (
    select
        facts.period_type,
        facts.period_start,
        reporting_units.unit_key,
        facts.tool,
        facts.item,
        facts.measure,
        facts.person_key,
        sum(facts.amount) as share_of_person
    from department_facts as facts
    inner join reporting_units
        on
            facts.period_type = reporting_units.period_type
            and facts.period_start = reporting_units.period_start
            and facts.department_key = reporting_units.department_key
    group by
        facts.period_type, facts.period_start, reporting_units.unit_key, facts.tool, facts.item, facts.measure,
        facts.person_key
    union all
    select
        period_type,
        period_start,
        'all' as unit_key,
        tool,
        item,
        measure,
        person_key,
        sum(amount) as share_of_person
    from department_facts
    group by period_type, period_start, tool, item, measure, person_key
),

counted as (
    {%- for name in of_home %}
    select
        period_type,
        period_start,
        unit_key,
        tool,
        '' as item,
        '{{ name }}' as measure,
        {{ name }}_people as people,
        cast({{ name }}_total as {{ type_money() }}) as total,
        cast({{ name }}_largest as {{ type_money() }}) as largest
    from home_cells
    where {{ name }}_people > 0

    union all
    {% endfor %}
    select
        period_type,
        period_start,
        unit_key,
        tool,
        item,
        measure,
        count(*) as people,
        cast(sum(share_of_person) as {{ type_money() }}) as total,
        cast(max(share_of_person) as {{ type_money() }}) as largest
    from department_shares
    group by period_type, period_start, unit_key, tool, item, measure
),

-- Two people can only have made three quarters of a figure where the larger one made three eighths.
suspects as (
    select
        published.published_table,
        published.period_type,
        published.period_start,
        published.unit_key,
        published.tool,
        published.measure,
        published.item,
        counted.people,
        counted.total,
        counted.people < {{ k }} or (
            published.measure in (
                {{ dominated }}
            )
            and counted.largest * 2 > counted.total
        ) as is_told
    from published
    inner join counted
        on
            published.period_type = counted.period_type
            and published.period_start = counted.period_start
            and published.unit_key = counted.unit_key
            and published.tool = counted.tool
            and published.measure = counted.measure
            and published.item = counted.item
    where
        published.shown_value is not null
        and (
            counted.people < {{ k }}
            or (
                published.measure in (
                {{ dominated }}
                )
                and counted.largest * 8 > counted.total * 3
            )
        )
),

suspect_cells as (
    select distinct
        period_type,
        period_start,
        unit_key,
        tool,
        measure,
        item,
        total
    from suspects
    where not is_told
),

suspect_shares as (
    {%- for period_type, start in days.items() %}
    {%- for fact, measures in {'fct_usage_daily': of_days, 'fct_sessions': ['sessions']}.items() %}
    {%- set named = "'" ~ measures | join("',\n                '") ~ "'" %}
    select
        suspect_cells.period_type,
        suspect_cells.period_start,
        suspect_cells.unit_key,
        suspect_cells.tool,
        suspect_cells.measure,
        suspect_cells.item,
        suspect_cells.total,
        facts.person_key,
        {%- if fact == 'fct_sessions' %}
        cast(count(*) as {{ type_money() }}) as share_of_person
        {%- else %}
        sum(case suspect_cells.measure
            {%- for name in measures %}
            when '{{ name }}' then cast(facts.{{ name }} as {{ type_money() }})
            {%- endfor %}
        end) as share_of_person
        {%- endif %}
    from {{ ref(fact) }} as facts
    inner join person_units
        on
            facts.person_key = person_units.person_key
            and person_units.period_type = '{{ period_type }}'
            and person_units.period_start = {{ start | replace('%s', 'facts.activity_date') }}
    inner join suspect_cells
        on
            person_units.period_type = suspect_cells.period_type
            and person_units.period_start = suspect_cells.period_start
            and person_units.unit_key = suspect_cells.unit_key
            and suspect_cells.tool in (facts.tool, 'all')
            and suspect_cells.measure in (
                {{ named }}
            )
    group by
        suspect_cells.period_type, suspect_cells.period_start, suspect_cells.unit_key, suspect_cells.tool,
        suspect_cells.measure, suspect_cells.item, suspect_cells.total, facts.person_key

    union all
    {% endfor %}
    {%- endfor %}
    select
        suspect_cells.period_type,
        suspect_cells.period_start,
        suspect_cells.unit_key,
        suspect_cells.tool,
        suspect_cells.measure,
        suspect_cells.item,
        suspect_cells.total,
        shares.person_key,
        shares.share_of_person
    from department_shares as shares
    inner join suspect_cells
        on
            shares.period_type = suspect_cells.period_type
            and shares.period_start = suspect_cells.period_start
            and shares.unit_key = suspect_cells.unit_key
            and shares.tool = suspect_cells.tool
            and shares.measure = suspect_cells.measure
            and shares.item = suspect_cells.item
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_type, period_start, unit_key, tool, measure, item
            order by share_of_person desc, person_key asc
        ) as place
    from suspect_shares
),

made_by_two as (
    select
        period_type,
        period_start,
        unit_key,
        tool,
        measure,
        item
    from ranked
    where place <= 2
    group by period_type, period_start, unit_key, tool, measure, item
    having sum(share_of_person) * 4 > max(total) * 3
),

final as (
    select
        suspects.published_table,
        suspects.period_start,
        suspects.unit_key,
        suspects.tool,
        suspects.measure,
        suspects.item,
        suspects.people
    from suspects
    left join made_by_two
        on
            suspects.period_type = made_by_two.period_type
            and suspects.period_start = made_by_two.period_start
            and suspects.unit_key = made_by_two.unit_key
            and suspects.tool = made_by_two.tool
            and suspects.measure = made_by_two.measure
            and suspects.item = made_by_two.item
    where suspects.is_told or made_by_two.measure is not null
)

select * from final

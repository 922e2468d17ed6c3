-- Fails for every published figure that few people made, or one or two of them nearly alone.
-- Who made a figure is counted here once more from the facts about people, in plain sums: neither the cells
-- nor the masks, nor the macros that make them, have a say.
{{ config(tags=['audit']) }}
{%- set k = [var('suppression_k') | int, 5] | max %}
{%- set buckets = ['input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens',
                   'reasoning_tokens', 'unsplit_tokens', 'credits'] %}
{%- set of_days = ['user_messages', 'measured_messages'] + buckets %}
{%- set days = {'week': iso_week_start('%s'), 'month': month_start('%s')} %}
{%- set classes = ['held_by_leaver', 'on_leave', 'in_grace', 'duplicate', 'never_used', 'dormant',
                   'under_used', 'used'] %}
with published as (
    {{ published_cells() }}
),

usage_days as (
    select * from {{ ref('fct_usage_daily') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

seats as (
    select * from {{ ref('fct_seats_daily') }}
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

person_sums as (
    {%- for period_type, start in days.items() %}
    select
        '{{ period_type }}' as period_type,
        {{ start | replace('%s', 'activity_date') }} as period_start,
        person_key,
        tool,
        {%- for name in of_days %}
        sum({{ name }}) as {{ name }},
        {%- endfor %}
        max(case when is_active then 1 else 0 end) as active_people
    from usage_days
    group by {{ start | replace('%s', 'activity_date') }}, person_key, tool
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

-- Use and seats count where the person is at home in the period.
home_facts as (
    {%- for name in of_days + ['active_people'] %}
    select
        period_type,
        period_start,
        person_key,
        tool,
        '' as item,
        '{{ name }}' as measure,
        cast({{ name }} as {{ type_money() }}) as amount
    from person_sums
    where {{ name }} > 0

    union all
    {% endfor %}
    {%- for period_type, start in days.items() %}
    select
        '{{ period_type }}' as period_type,
        {{ start | replace('%s', 'activity_date') }} as period_start,
        person_key,
        tool,
        '' as item,
        'sessions' as measure,
        cast(count(*) as {{ type_money() }}) as amount
    from sessions
    group by {{ start | replace('%s', 'activity_date') }}, person_key, tool

    union all

    select
        '{{ period_type }}' as period_type,
        {{ start | replace('%s', 'seat_date') }} as period_start,
        person_key,
        tool,
        '' as item,
        'licensed_people' as measure,
        cast(count(*) as {{ type_money() }}) as amount
    from seats
    where holder_status in ('employed', 'on_leave')
    group by {{ start | replace('%s', 'seat_date') }}, person_key, tool
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

-- A power user of a month is active in it: a week's 28 days begin in the month before.
active_months as (
    select distinct
        period_start as month_start,
        person_key,
        tool
    from person_sums
    where period_type = 'month' and active_people = 1
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

facts_of_tools as (
    select
        home_facts.*,
        tool as tool_or_all
    from home_facts
    union all
    select
        home_facts.*,
        'all' as tool_or_all
    from home_facts
    union all
    select
        power_months.*,
        tool as tool_or_all
    from power_months
),

-- Rows that know their own department: the day's of money and seat-days, the holder's of a seat.
department_facts as (
    select
        facts_of_tools.period_type,
        facts_of_tools.period_start,
        person_periods.person_key,
        person_periods.department_key,
        facts_of_tools.tool_or_all as tool,
        facts_of_tools.item,
        facts_of_tools.measure,
        facts_of_tools.amount
    from facts_of_tools
    inner join person_periods
        on
            facts_of_tools.period_type = person_periods.period_type
            and facts_of_tools.period_start = person_periods.period_start
            and facts_of_tools.person_key = person_periods.person_key
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

unit_facts as (
    select
        department_facts.*,
        reporting_units.unit_key
    from department_facts
    inner join reporting_units
        on
            department_facts.period_type = reporting_units.period_type
            and department_facts.period_start = reporting_units.period_start
            and department_facts.department_key = reporting_units.department_key
    union all
    select
        department_facts.*,
        'all' as unit_key
    from department_facts
),

shares as (
    select
        period_type,
        period_start,
        unit_key,
        tool,
        item,
        measure,
        person_key,
        sum(amount) as share_of_person
    from unit_facts
    group by period_type, period_start, unit_key, tool, item, measure, person_key
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_type, period_start, unit_key, tool, item, measure
            order by share_of_person desc, person_key asc
        ) as place
    from shares
),

counted as (
    select
        period_type,
        period_start,
        unit_key,
        tool,
        item,
        measure,
        count(*) as people,
        sum(share_of_person) as total,
        sum(case when place = 1 then share_of_person else 0 end) as largest,
        sum(case when place = 2 then share_of_person else 0 end) as second_largest
    from ranked
    group by period_type, period_start, unit_key, tool, item, measure
),

final as (
    select
        published.published_table,
        published.period_start,
        published.unit_key,
        published.tool,
        published.measure,
        published.item,
        counted.people
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
                    'user_messages', 'measured_messages', 'sessions', 'cost', 'seat_days'
                    {%- for name in buckets %},
                    '{{ name }}'
                    {%- endfor %}
                )
                and (
                    counted.largest * 2 > counted.total
                    or (counted.largest + counted.second_largest) * 4 > counted.total * 3
                )
            )
        )
)

select * from final

-- grain: one row per month, reporting unit, tool and product (the item): exact seats and money
-- Holders by home department of the month (a leaver's last one); seat-days and money by the
-- department of the day, money in the class of its holder.
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool', 'item'] %}
{%- set names = seat_measures() | map(attribute='name') | list %}
{%- set money = ['seat_days', 'seat_cost', 'kept_cost', 'reassignable_cost', 'other_exposure_cost'] %}
{%- set people = names | reject('in', money) | list %}
{%- set of_holders = people | reject('in', ['seats_at_end']) | list %}
with seat_months as (
    select * from {{ ref('seat_cost_months') }}
),

holders as (
    select * from {{ ref('fct_seat_holders_monthly') }}
),

product_months as (
    select * from {{ ref('product_months') }}
),

seats as (
    select * from {{ ref('fct_seats_daily') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'month'
),

rows_of_people as (
    select
        month_start,
        person_key as contributor,
        department_key,
        tool,
        product,
        1 as seat_holders,
        case when active_days > 0 then 1 else 0 end as seats_active,
        {%- for part in seat_parts() %}
        {%- for name in ['holders', 'classes'] %}
        case
            when seat_class in (
                {%- for class in classes_of_part(part) -%}
                {{ ', ' if not loop.first }}'{{ class }}'
                {%- endfor -%}
            ) then 1
            else 0
        end as {{ part }}_{{ name }},
        {%- endfor %}
        {%- endfor %}
        {%- for class in seat_classes() %}
        case when seat_class = '{{ class }}' then 1 else 0 end as {{ class }},
        {%- endfor %}
        {%- for name in money %}
        0 as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from holders

    union all

    select
        seat_months.month_start,
        seat_months.person_key as contributor,
        seat_months.department_key,
        seat_months.tool,
        seat_months.product,
        {%- for name in of_holders %}
        0 as {{ name }},
        {%- endfor %}
        seat_months.seat_days,
        seat_months.seat_cost,
        {%- for part in seat_parts() %}
        case
            when holders.seat_class in (
                {%- for class in classes_of_part(part) -%}
                {{ ', ' if not loop.first }}'{{ class }}'
                {%- endfor -%}
            ) then seat_months.seat_cost
            else 0
        end as {{ part }}_cost{{ ',' if not loop.last }}
        {%- endfor %}
    from seat_months
    inner join holders
        on
            seat_months.month_start = holders.month_start
            and seat_months.person_key = holders.person_key
            and seat_months.product = holders.product
),

-- Who holds a seat on the last known day: the company and accounts without a person, for what is bought.
rows_at_end as (
    select
        product_months.month_start,
        coalesce(seats.person_key, seats.account_key) as contributor,
        seats.tool,
        seats.product,
        case when seats.person_key is null then 'unattributed' else 'all' end as unit_key
    from product_months
    inner join seats
        on
            product_months.product = seats.product
            and product_months.last_seat_date = seats.seat_date
),

unit_rows as (
    select
        rows_of_people.*,
        0 as seats_at_end,
        reporting_units.unit_key
    from rows_of_people
    inner join reporting_units
        on
            rows_of_people.month_start = reporting_units.period_start
            and rows_of_people.department_key = reporting_units.department_key

    union all

    select
        rows_of_people.*,
        0 as seats_at_end,
        'all' as unit_key
    from rows_of_people

    union all

    -- Accounts without a person: seats and money, no classes.
    select
        month_start,
        account_key as contributor,
        department_key,
        tool,
        product,
        1 as seat_holders,
        {%- for name in of_holders[1:] %}
        cast(null as {{ dbt.type_int() }}) as {{ name }},
        {%- endfor %}
        seat_days,
        seat_cost,
        {%- for name in money[2:] %}
        cast(null as {{ type_money() }}) as {{ name }},
        {%- endfor %}
        0 as seats_at_end,
        'unattributed' as unit_key
    from seat_months
    where person_key is null

    union all

    select
        month_start,
        contributor,
        cast(null as {{ dbt.type_string() }}) as department_key,
        tool,
        product,
        {%- for name in of_holders + money %}
        {% if name in ['seat_holders', 'seat_days', 'seat_cost'] -%}
        0 as {{ name }},
        {%- else -%}
        cast(null as {{ dbt.type_int() if name in people else type_money() }}) as {{ name }},
        {%- endif %}
        {%- endfor %}
        1 as seats_at_end,
        unit_key
    from rows_at_end
),

contributions as (
    select
        'month' as period_type,
        month_start as period_start,
        contributor,
        unit_key,
        tool,
        product as item,
        {%- for name in names %}
        {{ 'max' if name in people else 'sum' }}({{ name }}) as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from unit_rows
    group by month_start, contributor, unit_key, tool, product
),

{{ unit_figures(keys, seat_measures()) }}

select * from figures

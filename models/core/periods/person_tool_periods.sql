-- grain: one row per period, person employed in it and tool, `all` included: the share of each measure
-- A measure that the tool does not give in the period is NULL; people of `all` are counted once. Active people
-- of whom no source tells messages or sessions are not among those with. Up to k such people of a unit, and
-- people who are active in other tools alone, count among them all the same: left out, they would be the
-- difference of two published counts. Who is really among them is never shown;
-- the audit of what readers can compute asks about it.
{%- set people = ['active_people', 'session_people', 'message_people', 'licensed_people',
                  'licensed_active_people'] %}
{%- set totals = usage_measures() | selectattr('kind', 'equalto', 'total') | list %}
with people_of_periods as (
    select * from {{ ref('int_person_periods') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where tool <> 'all'
),

person_use as (
    select * from {{ ref('person_use_periods') }}
),

tool_rows as (
    select
        person_use.period_type,
        person_use.period_start,
        person_use.person_key,
        person_use.tool,
        case
            when tool_periods.gives_active
                then case when person_use.active_days > 0 then 1 else 0 end
        end as active_people,
        case
            when tool_periods.gives_active and tool_periods.gives_sessions
                then case
                    when
                        person_use.active_days > 0
                        and coalesce(person_use.user_messages, person_use.sessions) is not null then 1
                    else 0
                end
        end as session_people,
        case
            when tool_periods.gives_active and tool_periods.gives_messages
                then case
                    when person_use.active_days > 0 and person_use.user_messages is not null then 1
                    else 0
                end
        end as message_people,
        case
            when tool_periods.gives_licences
                then case when person_use.seat_days > 0 then 1 else 0 end
        end as licensed_people,
        case
            when tool_periods.gives_licences and tool_periods.gives_active
                then case
                    when person_use.seat_days > 0 and person_use.active_days > 0 then 1 else 0
                end
        end as licensed_active_people,
        {%- for measure in totals %}
        case
            when tool_periods.gives_{{ measure.gives }} then coalesce(person_use.{{ measure.name }}, 0)
        end as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from person_use
    inner join tool_periods
        on
            person_use.period_type = tool_periods.period_type
            and person_use.period_start = tool_periods.period_start
            and person_use.tool = tool_periods.tool
),

all_rows as (
    select
        period_type,
        period_start,
        person_key,
        'all' as tool,
        {%- for name in people %}
        max({{ name }}) as {{ name }},
        {%- endfor %}
        {%- for measure in totals %}
        sum({{ measure.name }}) as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from tool_rows
    group by period_type, period_start, person_key
),

stacked as (
    select * from tool_rows
    union all
    select * from all_rows
),

placed as (
    select
        stacked.*,
        reporting_units.unit_key
    from stacked
    inner join people_of_periods
        on
            stacked.period_type = people_of_periods.period_type
            and stacked.period_start = people_of_periods.period_start
            and stacked.person_key = people_of_periods.person_key
    left join reporting_units
        on
            people_of_periods.period_type = reporting_units.period_type
            and people_of_periods.period_start = reporting_units.period_start
            and people_of_periods.department_key = reporting_units.department_key
),

writers as (
    select
        *,
        {{ with_few_others('message_people', 'active_people') }} as people_with_messages
    from placed
),

users as (
    select
        *,
        {{ with_few_others('session_people', 'active_people') }} as people_with_sessions
    from writers
),

final as (
    select
        period_type,
        period_start,
        person_key,
        unit_key,
        tool,
        active_people,
        -- Those with sessions are within those with messages, so that this difference counts as well.
        {{ with_few_others('people_with_sessions', 'people_with_messages') }} as session_people,
        people_with_messages as message_people,
        case when tool = 'all' then session_people end as session_users,
        case when tool = 'all' then message_people end as message_users,
        licensed_people,
        licensed_active_people,
        {%- for measure in totals %}
        {% if measure.unit == 'money' -%}
        cast({{ measure.name }} as {{ type_money() }})
        {%- else -%}
        cast({{ measure.name }} as {{ dbt.type_bigint() }})
        {%- endif %} as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from users
)

select * from final

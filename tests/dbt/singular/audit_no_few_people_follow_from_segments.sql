-- Counted again from rows about people: what follows from segments, transitions and sets of tools is nobody or
-- at least k people, in each row and in the units that are not shown while the company is.
{%- set k = suppression_k() %}
with marts as (
    select * from {{ ref('adoption_segments_weekly') }}
    where is_complete_week
),

segments as (
    select * from {{ ref('fct_adoption_segments_weekly') }}
),

stages as (
    select * from {{ ref('fct_adoption_stages_weekly') }}
),

units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

overlap as (
    select * from {{ ref('cross_tool_overlap_monthly') }}
    where is_complete_month
),

people as (
    select
        segments.week_start,
        segments.tool,
        units.unit_key,
        case when segments.segment in ('power', 'habitual') then 1 else 0 end as regular,
        case when segments.segment = 'power' then 1 else 0 end as power,
        case when segments.segment = 'habitual' then 1 else 0 end as habitual,
        case when segments.segment = 'novice' then 1 else 0 end as novice,
        case when segments.segment = 'low' then 1 else 0 end as low,
        case when segments.is_active then 0 else 1 end as idle,
        case
            when segments.segment in ('power', 'habitual') and not coalesce(stages.habitual, false) then 1
            else 0
        end as regular_without_seat,
        case when segments.segment = 'power' and not coalesce(stages.deep, false) then 1 else 0 end
            as power_without_seat
    from segments
    inner join units
        on
            segments.week_start = units.period_start
            and segments.department_key = units.department_key
    left join stages
        on
            segments.week_start = stages.week_start
            and segments.person_key = stages.person_key
            and segments.tool = stages.tool
),

counted as (
    select
        week_start,
        tool,
        unit_key,
        count(*) as users
        {%- for name in ['regular', 'power', 'habitual', 'novice', 'low', 'idle', 'regular_without_seat',
                         'power_without_seat'] %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from people
    group by week_start, tool, unit_key
),

beside_marts as (
    select
        marts.week_start,
        marts.tool,
        marts.department_key,
        marts.headcount,
        marts.headcount - marts.non_user as shown_users,
        marts.non_user as shown_others,
        {%- for name in ['regular', 'power', 'habitual', 'novice', 'low'] %}
        marts.{{ name }} as shown_{{ name }},
        {%- endfor %}
        counted.users,
        {%- for name in ['regular', 'power', 'habitual', 'novice', 'low', 'idle', 'regular_without_seat',
                         'power_without_seat'] %}
        coalesce(counted.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        marts.headcount - coalesce(counted.users, 0) as others
    from marts
    left join counted
        on
            marts.week_start = counted.week_start
            and marts.tool = counted.tool
            and marts.department_key = counted.unit_key
),

-- Figure of the mart, and what follows from it with what else is published.
told as (
    {%- for shown, figures in {
        'users': ['users', 'others', 'idle'],
        'regular': ['regular', 'regular_without_seat'],
        'power': ['power', 'power_without_seat'],
        'habitual': ['habitual'],
        'novice': ['novice'],
        'low': ['low'],
    }.items() %}
    {%- set last = loop.last %}
    {%- for figure in figures %}
    select
        week_start as period_start,
        tool,
        '{{ figure }}' as figure,
        department_key,
        shown_{{ shown }} is not null as is_shown,
        coalesce({{ figure }}, 0) as people
    from beside_marts
    where department_key <> 'all'
    {{- "\n\n    union all\n" if not (last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

company as (
    {%- for shown in ['users', 'regular', 'power', 'habitual', 'novice', 'low'] %}
    select
        week_start,
        tool,
        '{{ shown }}' as shown,
        shown_{{ shown }} is not null as is_company_shown
    from beside_marts
    where department_key = 'all'
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

rows_of_units as (
    select
        period_start,
        tool,
        department_key || ': ' || figure as what,
        people
    from told
    where is_shown
),

rests as (
    select
        told.period_start,
        told.tool,
        'rest: ' || told.figure as what,
        sum(told.people) as people
    from told
    inner join company
        on
            told.period_start = company.week_start
            and told.tool = company.tool
            and company.shown = case
                when told.figure in ('others', 'idle') then 'users'
                when told.figure = 'regular_without_seat' then 'regular'
                when told.figure = 'power_without_seat' then 'power'
                else told.figure
            end
            and company.is_company_shown
    where not told.is_shown
    group by told.period_start, told.tool, told.figure
),

rows_of_company as (
    {%- for name in ['non_user', 'regular', 'power', 'habitual', 'novice', 'low', 'new', 'retained',
                     'reactivated', 'lapsed'] %}
    select
        week_start as period_start,
        tool,
        'company: {{ name }}' as what,
        {{ name }} as people
    from marts
    where department_key = 'all'

    union all
    {% endfor %}
    {%- for name in ['single_tool_people', 'multi_tool_people', 'people'] %}
    select
        month_start as period_start,
        department_key as tool,
        tool_set || ': {{ name }}' as what,
        {{ name }} as people
    from overlap
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

all_rows as (
    select * from rows_of_units
    union all
    select * from rests
    union all
    select * from rows_of_company
)

select * from all_rows
where people between 1 and {{ k - 1 }}

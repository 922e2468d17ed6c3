{#-
    How far shown figures limit hidden ones: what `hidden_figure_bounds` knows of each measure of
    published_tables(). Tables whose measures are not among them have no bounds.

    of:      rows that have it: `people` (departments and the company), `accounts` (`Unattributed`) or `both`
    least:   the smallest value that is hidden: a zero is shown, unless it is hidden with others of its row
    scale:   steps to one: 1 for whole numbers, 100 for money in cents
    given:   measures that a tool gives together: one of them shown to anybody says that all are given
    units:   `sum` where departments make up the company; `within` where the company also has people whose
             department nobody works in any more
    tools:   `sum` where tools make up `all`; `union` where `all` counts each person once
    wholes:  measures of the same department, tool and period that contain it; `of_item`: of the same item too
    parts:   1 for one of the parts that make up a whole (-1) in the same row, or in the same rows by item

    Accounts without a person are in no line: nothing about them is hidden for another one's sake.
-#}
{% macro bounded_measures() -%}
    {%- set found = {
        'licensed_people': bounded('people', wholes=['headcount'], tools='union'),
        'active_people': bounded('people', wholes=['headcount'], tools='union'),
        'accounts': bounded('accounts'),
        'sessions': bounded('both', tools='sum'),
        'user_messages': bounded('both', tools='sum'),
        'measured_messages': bounded('both', tools='sum', wholes=['user_messages']),
        'credits': bounded('both', tools='sum', least=0, scale=1000),
        'cost': bounded('both', tools='sum', units='within', least=0, scale=100),
        'power_people': bounded('people', wholes=['active_people', 'headcount']),
        'seat_holders': bounded('both', units='within', given='seats', parts=-1),
        'seat_days': bounded('both', units='within', given='seats'),
        'seats_active': bounded('people', units='within', of_item=['seat_holders']),
        'seat_cost': bounded('both', units='within', least=0, scale=100),
        'reassignable_cost': bounded('people', units='within', least=0, scale=100, of_item=['seat_cost']),
        'model_use': bounded('people', parts=1),
        'model_uses': bounded('people', least=0, parts=-1),
    } -%}
    {%- for bucket in token_buckets() -%}
        {%- do found.update({bucket: bounded('both', tools='sum')}) -%}
    {%- endfor -%}
    {%- for stage in adoption_stages() -%}
        {%- do found.update({stage: bounded(
            'people',
            least=1 if loop.first else 0,
            given=stage if loop.index0 < 2 else 'later_stages',
            wholes=['headcount', 'licensed_people'] + adoption_stages()[:loop.index0],
        )}) -%}
    {%- endfor -%}
    {%- for class in seat_classes() -%}
        {%- set is_of_use = class in ['never_used', 'dormant', 'under_used', 'used'] -%}
        {%- do found.update({class: bounded(
            'people', units='within', least=0, given='use_of_seats' if is_of_use else 'seats', parts=1,
        )}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{% macro bounded(
    of, least=1, scale=1, given=none, units='sum', tools='none', wholes=[], of_item=[], parts=0
) -%}
    {{ return({
        'of': of, 'least': least, 'scale': scale, 'given': given, 'units': units, 'tools': tools,
        'wholes': wholes, 'of_item': of_item, 'parts': parts,
    }) }}
{%- endmacro %}


{#- Columns in which a row says that its tool gives a measure, though the figure is hidden. -#}
{% macro columns_that_list(table) -%}
    {%- set usage = {
        'active_people': 'tools_included', 'accounts': 'tools_included',
        'sessions': 'session_tools_included', 'user_messages': 'message_tools_included',
    } -%}
    {{ return({
        'department_usage_weekly': usage,
        'department_usage_monthly': usage,
        'prompt_length_weekly': {'measured_messages': 'tools_included'},
    }.get(table, {})) }}
{%- endmacro %}


{#- Lines along which figures add up, and what the members of one have in common beside table and period. -#}
{% macro bounded_lines() -%}
    {{ return({
        'units': ['tool', 'item', 'measure_name'],
        'tools': ['department_key', 'item', 'measure_name'],
        'parts': ['department_key', 'tool', 'parts_item'],
    }) }}
{%- endmacro %}


{#- The window over a line. -#}
{% macro over_line(line) -%}
    over (
            partition by
                published_table,
                period_start,
                {%- for key in bounded_lines()[line] %}
                {{ key }},
                {%- endfor %}
                case when {{ line }}_role = 0 then 1 else 0 end
        )
{%- endmacro %}


{#-
    Long rows of every table of published_tables(): one per row and measure, in whole steps; `shown` is NULL
    where no figure is shown. `model_uses` is the use of all model families of a row, which a share gives.
-#}
{% macro bounded_figures() -%}
    {%- set measures = bounded_measures() -%}
    {%- set tables = [] -%}
    {%- for entry in published_tables() -%}
        {%- do tables.append(entry) if entry.measures.values() | select('in', measures) | list -%}
    {%- endfor -%}
    {%- for entry in tables %}
    select
        '{{ entry.table }}' as published_table,
        '{{ entry.period_type }}' as period_type,
        {{ entry.period_type }}_start as period_start,
        department_key,
        {{ entry.tool }} as tool,
        {{ entry.item }} as item,
        names.measure_name,
        case names.measure_name
            {%- for column, name in entry.measures.items() %}
            when '{{ name }}'
                {%- if name == 'seat_holders' %}
                then case when department_key = 'unattributed' then 'accounts' else 'seat_holders' end
                {%- else %} then '{{ column }}'
                {%- endif %}
            {%- endfor %}
        end as figure,
        case names.measure_name
            {%- for column, name in entry.measures.items() %}
            when '{{ name }}'
                {%- set steps = ' * ' ~ measures[name].scale if measures[name].scale > 1 else '' %}
                then cast({{ column }}{{ steps }} as {{ dbt.type_bigint() }})
            {%- endfor %}
        end as shown,
        {% if entry.table.startswith('department_usage_') -%}
        cast(headcount as {{ dbt.type_bigint() }})
        {%- else -%}
        cast(null as {{ dbt.type_bigint() }})
        {%- endif %} as headcount,
        {% if columns_that_list(entry.table) -%}
        case
            {%- for name, column in columns_that_list(entry.table).items() %}
            when names.measure_name = '{{ name }}' and {{ column }} is not null then 1
            {%- endfor %}
            else 0
        end
        {%- else -%}
        0
        {%- endif %} as is_listed,
        case when is_suppressed then 1 else 0 end as is_suppressed,
        case when is_complete_{{ entry.period_type }} then 1 else 0 end as is_complete
    from {{ ref(entry.table) }}
    cross join (
        {%- for name in entry.measures.values() %}
        select '{{ name }}' as measure_name
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ) as names

    union all
    {% endfor %}
    select
        'model_mix_weekly' as published_table,
        'week' as period_type,
        week_start as period_start,
        department_key,
        tool,
        '' as item,
        'model_uses' as measure_name,
        'all_values' as figure,
        max(case when value > 0 and share > 0 then cast(round(value / share) as {{ dbt.type_bigint() }}) end)
            as shown,
        cast(null as {{ dbt.type_bigint() }}) as headcount,
        1 as is_listed,
        max(case when is_suppressed then 1 else 0 end) as is_suppressed,
        0 as is_complete
    from {{ ref('model_mix_weekly') }}
    group by week_start, department_key, tool
{%- endmacro %}


{#-
    One pass: each hidden figure can be as large as all others of its line leave room, and not smaller than they
    make necessary. All rows are narrowed by the limits of the pass before, so that their order does not matter.

    relation: hidden figures with `low`, `high` (NULL: no limit) and the columns `carried`
-#}
{% macro narrowed(relation, carried) -%}
    {%- set endless = bounded_endless() -%}
    select
        {{ carried | join(',\n        ') }},
        greatest(
            low
            {%- for line in bounded_lines() %},
            coalesce(
                case
                    when
                        {{ line }}_role = 1
                        and {{ line }}_is_sum = 1
                        and {{ line }}_open = case when high is null then 1 else 0 end
                        then
                            coalesce({{ line }}_whole_low, 0) - {{ line }}_shown - {{ line }}_slack
                            - {{ line }}_highs + coalesce(high, 0)
                    when {{ line }}_role = -1 and {{ line }}_is_within = 1
                        then {{ line }}_shown - {{ line }}_slack + {{ line }}_lows
                end, low
            )
            {%- endfor %}
        ) as low,
        nullif(
            least(
                coalesce(high, {{ endless }})
                {%- for line in bounded_lines() %},
                coalesce(
                    case
                        when
                            {{ line }}_role = 1
                            and {{ line }}_is_within = 1
                            and ({{ line }}_wholes = 0 or {{ line }}_whole_high is not null)
                            then
                                coalesce({{ line }}_whole_high, 0) - {{ line }}_shown + {{ line }}_slack
                                - {{ line }}_lows + low
                        when {{ line }}_role = -1 and {{ line }}_is_sum = 1 and {{ line }}_open = 0
                            then {{ line }}_shown + {{ line }}_slack + {{ line }}_highs
                    end, {{ endless }}
                )
                {%- endfor %}
            ), {{ endless }}
        ) as high
    from (
        select
            *
            {%- for line in bounded_lines() %},
            sum(case when {{ line }}_role = 1 then low else 0 end) {{ over_line(line) }} as {{ line }}_lows,
            sum(case when {{ line }}_role = 1 then coalesce(high, 0) else 0 end) {{ over_line(line) }}
                as {{ line }}_highs,
            sum(case when {{ line }}_role = 1 and high is null then 1 else 0 end) {{ over_line(line) }}
                as {{ line }}_open,
            sum(case when {{ line }}_role = -1 then 1 else 0 end) {{ over_line(line) }} as {{ line }}_wholes,
            max(case when {{ line }}_role = -1 then low end) {{ over_line(line) }} as {{ line }}_whole_low,
            max(case when {{ line }}_role = -1 then high end) {{ over_line(line) }} as {{ line }}_whole_high
            {%- endfor %}
        from {{ relation }}
    ) as lines_around
{%- endmacro %}


{#-
    Hidden figures within hidden ones: a part is at most what its whole is at most, the whole at least what a
    part is at least. As narrowed(), by the limits before.

    near, near_item: measures that contain others or are contained, in their row or in that of the same item
-#}
{% macro nested(relation, carried, near, near_item) -%}
    {%- set endless = bounded_endless() -%}
    {%- set measures = bounded_measures() -%}
    select
        {{ carried | join(',\n        ') }},
        case
            {%- for name in measures %}
            {%- set parts = [] %}
            {%- for other, measure in measures.items() if name in measure.wholes + measure.of_item %}
                {%- do parts.append(other) %}
            {%- endfor %}
            {%- if parts %}
            when measure_name = '{{ name }}'{{ " and item = ''" if name in near }}
                then greatest(
                    low,
                    {%- if measures[name].tools == 'union' %}
                    coalesce(case when tool = 'all' then low_of_tools end, low),
                    {%- endif %}
                    {%- for part in parts %}
                    coalesce(near_low_{{ part }}, low){{ ',' if not loop.last }}
                    {%- endfor %}
                )
            {%- endif %}
            {%- endfor %}
            else low
        end as low,
        nullif(
            case
                {%- for name, measure in measures.items() if measure.wholes + measure.of_item %}
                when measure_name = '{{ name }}'{{ " and item = ''" if name in near }}
                    then least(
                        coalesce(high, {{ endless }}),
                        {%- if measure.tools == 'union' %}
                        coalesce(case when tool <> 'all' then high_of_all end, {{ endless }}),
                        {%- endif %}
                        {%- for whole in measure.wholes + measure.of_item if whole != 'headcount' %}
                        coalesce(near_high_{{ whole }}, {{ endless }}),
                        {%- endfor %}
                        {{ endless }}
                    )
                {%- endfor %}
                else coalesce(high, {{ endless }})
            end, {{ endless }}
        ) as high
    from (
        select
            *,
            {%- set row_of_tools %}
            over (partition by published_table, period_start, department_key, item, measure_name)
            {%- endset %}
            max(case when tool = 'all' then high end) {{ row_of_tools }} as high_of_all,
            max(case when tool <> 'all' then low end) {{ row_of_tools }} as low_of_tools
            {%- for names, of_item in [(near, ''), (near_item, ', item')] %}
            {%- for name in names if name != 'headcount' %}
            {%- for limit in ['low', 'high'] %},
            max(case when measure_name = '{{ name }}'{{ " and item = ''" if not of_item }} then {{ limit }} end)
                over (partition by period_type, period_start, department_key, tool{{ of_item }})
                as near_{{ limit }}_{{ name }}
            {%- endfor %}
            {%- endfor %}
            {%- endfor %}
        from {{ relation }}
    ) as rows_around
{%- endmacro %}


{#- A number that no figure reaches: no limit within least(), where engines differ about NULL. -#}
{% macro bounded_endless() -%}
    {{ return('1000000000000000000') }}
{%- endmacro %}

-- grain: one row per hidden figure of a complete period: table, period, department, tool, item, figure
-- A function of published figures alone, see docs/decisions/0050. Publishing asks this query once more, of the
-- rows that readers are about to see: closed periods are not what the marts would give today.
{{ config(tags=['derived']) }}
{%- set measures = bounded_measures() %}
{%- set endless = bounded_endless() %}
{#- What docs/privacy.md promises of every shown count and total, whatever limit a company sets. -#}
{%- set fewest_people = 5 %}
{#- Neighbours that limit a figure: measures of its department, tool and period, or of its item as well. -#}
{%- set near = [] %}
{%- set near_item = [] %}
{%- for name, measure in measures.items() %}
    {%- for found, wholes in [(near, measure.wholes), (near_item, measure.of_item)] %}
        {%- if wholes %}
            {%- for other in wholes + [name] if other not in found %}
                {%- do found.append(other) %}
            {%- endfor %}
        {%- endif %}
    {%- endfor %}
{%- endfor %}
{%- set behind_totals = ['sessions', 'user_messages'] %}
{%- set keys = ['published_table', 'period_type', 'period_start', 'department_key', 'tool', 'item', 'figure'] %}
{%- set carried = keys + ['measure_name', 'scale', 'parts_item', 'is_complete'] %}
{%- for line in bounded_lines() %}
    {%- for name in ['role', 'shown', 'slack', 'is_within', 'is_sum'] %}
        {%- do carried.append(line ~ '_' ~ name) %}
    {%- endfor %}
{%- endfor %}
with measures as (
    {%- for name, measure in measures.items() %}
    select
        '{{ name }}' as measure_name,
        '{{ measure.of }}' as held_by,
        {% if measure.least is none -%}
        cast(null as {{ dbt.type_bigint() }})
        {%- else -%}
        cast({{ measure.least }} as {{ dbt.type_bigint() }})
        {%- endif %} as least_hidden,
        {{ measure.scale }} as scale,
        '{{ measure.given or name }}' as given_with,
        '{{ measure.units }}' as units_kind,
        '{{ measure.tools }}' as tools_kind,
        {{ measure.parts }} as parts_role
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

figures as (
    {{- bounded_figures() }}
),

-- Bills and estimates of vendors may hold credit notes: nothing says that each of them is at least 0.
placed as (
    select
        figures.*,
        measures.least_hidden,
        measures.scale,
        measures.given_with,
        measures.units_kind,
        measures.tools_kind,
        measures.parts_role,
        case when figures.published_table = 'model_mix_weekly' then '' else figures.item end as parts_item,
        case
            when figures.department_key in ('unattributed', 'unallocated') then 0
            when figures.item in ('billed', 'vendor_estimate') then 0
            when measures.units_kind = 'none' then 0
            when figures.department_key = 'all' then -1
            else 1
        end as units_role,
        case
            when measures.tools_kind = 'none' or figures.item in ('billed', 'vendor_estimate') then 0
            when figures.tool = 'all' then -1
            else 1
        end as tools_role
    from figures
    inner join measures
        on figures.measure_name = measures.measure_name
    where
        measures.held_by = 'both'
        or (measures.held_by = 'accounts' and figures.department_key = 'unattributed')
        or (measures.held_by = 'people' and figures.department_key not in ('unattributed', 'unallocated'))
),

compared as (
    select
        placed.*,
        {%- set given_line %}
        over (partition by published_table, period_start, tool, item, given_with)
        {%- endset %}
        max(case when shown is not null then 1 else is_listed end) {{ given_line }} as is_given,
        max(case when shown is null and is_suppressed = 0 then 1 else 0 end) {{ given_line }} as is_absent,
        {%- set row_of_tools %}
        over (partition by published_table, period_start, department_key, item, measure_name)
        {%- endset %}
        max(case when tool = 'all' then shown end) {{ row_of_tools }} as shown_all,
        max(case when tool <> 'all' then shown end) {{ row_of_tools }} as largest_tool,
        max(headcount) over (partition by period_type, period_start, department_key, tool) as near_headcount
        {%- for name in (near + behind_totals) | unique | reject('equalto', 'headcount') %},
        max(case when measure_name = '{{ name }}' and item = '' then shown end)
            over (partition by period_type, period_start, department_key, tool) as near_{{ name }}
        {%- endfor %}
        {%- for name in near_item %},
        max(case when measure_name = '{{ name }}' then shown end)
            over (partition by period_type, period_start, department_key, tool, item) as near_{{ name }}
        {%- endfor %}
    from placed
),

-- NULL is hidden where the row hides something and the tool gives the figure to somebody. Where all rows hide
-- something and none shows the figure, it may be hidden or not given.
limited as (
    select
        compared.*,
        case
            when shown is not null then 'shown'
            when is_suppressed = 0 then 'absent'
            when is_given = 1 then 'hidden'
            when is_absent = 1 then 'absent'
            else 'unclear'
        end as figure_state,
        cast(
            case
                when item in ('billed', 'vendor_estimate') then null
                {%- for name in measures %}
                {%- set parts = [] %}
                {%- for other, measure in measures.items() if name in measure.wholes + measure.of_item %}
                    {%- do parts.append(other) %}
                {%- endfor %}
                {%- if parts %}
                when measure_name = '{{ name }}'{{ " and item = ''" if name in near }}
                    then greatest(
                        least_hidden,
                        {%- if name == 'active_people' %}
                        case
                            when
                                {%- for total in behind_totals %}
                                {{ 'or ' if not loop.first }}near_{{ total }} > 0
                                {%- endfor %}
                                then {{ fewest_people }}
                            else 0
                        end,
                        {%- endif %}
                        {%- if measures[name].tools == 'union' %}
                        coalesce(case when tool = 'all' then largest_tool end, 0),
                        {%- endif %}
                        {%- for part in parts %}
                        coalesce(near_{{ part }}, 0){{ ',' if not loop.last }}
                        {%- endfor %}
                    )
                {%- endif %}
                {%- endfor %}
                else least_hidden
            end as {{ dbt.type_bigint() }}
        ) as low,
        cast(
            nullif(
                case
                    {%- for name, measure in measures.items() if measure.wholes + measure.of_item %}
                    when measure_name = '{{ name }}'{{ " and item = ''" if name in near }}
                        then least(
                            {%- if measure.tools == 'union' %}
                            coalesce(case when tool <> 'all' then shown_all end, {{ endless }}),
                            {%- endif %}
                            {%- for whole in measure.wholes + measure.of_item %}
                            coalesce(near_{{ whole }}, {{ endless }}),
                            {%- endfor %}
                            {{ endless }}
                        )
                    {%- endfor %}
                    else {{ endless }}
                end, {{ endless }}
            ) as {{ dbt.type_bigint() }}
        ) as high
    from compared
),

-- Of each line: what is shown of it (the sum counts against its parts), what rounding of its members can add up
-- to, and whether parts are known to be within the sum, and to make it up.
lines as (
    select
        limited.*
        {%- for line in bounded_lines() %},
        sum(case when figure_state = 'shown' then {{ line }}_role * shown else 0 end) {{ over_line(line) }}
            as {{ line }}_shown,
        case
            when scale > 1
                then cast(
                    floor(count(case when figure_state <> 'absent' then 1 end) {{ over_line(line) }} / 2.0)
                    as {{ dbt.type_bigint() }}
                )
            else 0
        end as {{ line }}_slack,
        {{ "case when tools_kind = 'sum' then 1 else 0 end *" if line == 'tools' }}
        max(case when {{ line }}_role = -1 and figure_state in ('shown', 'hidden') then 1 else 0 end)
            {{ over_line(line) }} as {{ line }}_is_within,
        case
            {%- if line == 'units' %}
            when units_kind <> 'sum' then 0
            {%- elif line == 'parts' %}
            when
                published_table = 'license_utilization_monthly'
                and sum(case when parts_role = 1 and figure_state in ('shown', 'hidden') then 1 else 0 end)
                    {{ over_line(line) }} < {{ seat_classes() | length }}
                then 0
            {%- endif %}
            when max(case when {{ line }}_role = 1 and figure_state = 'unclear' then 1 else 0 end)
                {{ over_line(line) }} = 1
                then 0
            else max(case when {{ line }}_role = -1 and figure_state in ('shown', 'hidden') then 1 else 0 end)
                {{ over_line(line) }}
        end as {{ line }}_is_sum
        {%- endfor %}
    from limited
),

hidden_figures as (
    select
        {{ carried | join(',\n        ') }},
        low,
        high
    from lines
    where figure_state = 'hidden'
),

{% for pass in [1, 2, 3] -%}
pass_{{ pass }} as (
    {{ narrowed('hidden_figures' if loop.first else 'pass_' ~ (pass - 1), carried) }}
),

{% endfor -%}
nested as (
    {{ nested('pass_3', carried, near, near_item) }}
),

-- Periods that an earlier release closed may hold rounded counts that contradict each other: they say nothing.
final as (
    select
        {{ keys | join(',\n        ') }},
        {%- for limit in ['low', 'high'] %}
        cast(
            cast(case when high is null or low <= high then {{ limit }} end as decimal(20, 0))
            * case scale
                when 100 then cast('0.01' as decimal(4, 3))
                when 1000 then cast('0.001' as decimal(4, 3))
                else cast('1' as decimal(4, 3))
            end as decimal(28, 3)
        ) as {{ limit }}{{ ',' if not loop.last }}
        {%- endfor %}
    from nested
    where is_complete = 1
)

select * from final

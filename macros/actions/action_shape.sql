{#-
    The shape that every rule of recommended actions has.

    A rule is a CTE of one of the models in models/actions, named for its rule_id. It reads published
    marts alone, joins its row of `action_rules` as `rules`, and selects `action_figures`, at most one row a
    department, tool, item and period: figures, of which `recommended_actions` makes sentences (metrics/sentences/). `excess` says how many times its limit is reached: 1 = just.
    A rule judges every complete period that is shown; the newest one is the finding, the others say since when.
-#}
{% macro action_columns() -%}
    {{ return([
        'rule_id', 'department_key', 'department_name', 'tool', 'item', 'period_start', 'period_type',
        'metric_value', 'comparison_value', 'excess', 'money_a_year', 'people',
    ]) }}
{%- endmacro %}


{#-
    source:       relation with department_key, department_name, recency and the columns named here; none for the company
    period:       expression of the first day
    item:         expression that tells apart two actions of a rule for one department and tool
    figures:      what the rule's sentences name beside these, name to expression
    recency:      1 = the newest period shown, 2 = the one before it
    money_a_year: what it is about in money, for twelve months; people: how many it concerns. NULL = not known
-#}
{% macro action_figures(source, period, period_type, metric_value, excess, figures={}, comparison_value='null',
                        tool=none, item="''", recency=none, money_a_year='null', people='null') -%}
    {%- set types = {
        'number': type_double(), 'date': 'date', 'text': dbt.type_string(),
    } -%}
    {%- set named = sentence_figures(area_of_actions()) -%}
    {%- for name in figures if name not in named -%}
        {{ exceptions.raise_compiler_error('No sentence of this area names ' ~ name ~ ' (metrics/sentences).') }}
    {%- endfor -%}
        rules.rule_id,
        {{ source ~ '.department_key' if source else "'all'" }} as department_key,
        {{ source ~ '.department_name' if source else "'All departments'" }} as department_name,
        {{ tool or (source ~ '.tool') }} as tool,
        {{ item }} as item,
        cast({{ period }} as date) as period_start,
        '{{ period_type }}' as period_type,
        {{ recency or (source ~ '.recency') }} as recency,
        cast({{ metric_value }} as {{ type_double() }}) as metric_value,
        cast({{ comparison_value }} as {{ type_double() }}) as comparison_value,
        cast({{ excess }} as {{ type_double() }}) as excess,
        cast({{ money_a_year }} as {{ type_double() }}) as money_a_year,
        cast({{ people }} as {{ dbt.type_bigint() }}) as people
        {%- for name, kind in named.items() %},
        cast({{ figures.get(name, 'null') }} as {{ types[kind] }}) as {{ name }}
        {%- endfor %}
{%- endmacro %}


{#- The area of the model that is compiled: `adoption` in adoption_actions. -#}
{% macro area_of_actions() -%}
    {{ return(model.name | replace('_actions', '')) }}
{%- endmacro %}


{#-
    The end of a model of actions: what its rules find in the newest period, since when, and what they say of it.

    A rule's n-th newest finding is of the n-th newest period shown only as long as it fired in each of them.
-#}
{% macro all_actions(rules) -%}
findings as (
    {%- for rule in rules %}
    select
        {{ (action_columns() + sentence_figures(area_of_actions()) | list) | join(',\n        ') }},
        recency
    from {{ rule }}
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

placed_findings as (
    select
        findings.*,
        row_number() over (
            partition by rule_id, department_key, tool, item order by period_start desc
        ) as place
    from findings
),

open_since as (
    select
        rule_id,
        department_key,
        tool,
        item,
        min(period_start) as open_since
    from placed_findings
    where place = recency
    group by rule_id, department_key, tool, item
),

final as (
    select
        {%- for column in action_columns() %}
        placed_findings.{{ column }},
        {%- endfor %}
        {{ action_title_en('placed_findings', rules) }} as title,
        {{ action_reason_en('placed_findings', rules) }} as reason,
        open_since.open_since
    from placed_findings
    inner join open_since
        on
            placed_findings.rule_id = open_since.rule_id
            and placed_findings.department_key = open_since.department_key
            and placed_findings.tool = open_since.tool
            and placed_findings.item = open_since.item
    where placed_findings.recency = 1
)

select * from final
{%- endmacro %}


{#-
    The complete periods of half a year (weeks) or a year (months) in which a department shows the figures that a rule
    reads, with `recency`: 1 = the newest. Departments whose newest one is older than the three weeks, or the month,
    before the newest complete period of the tool have none: that is too old to act on.

    relation: CTE with `tool`; period: its week_start or month_start
    keys:     what a row is of, besides the period
    figures:  columns that must be shown
-#}
{% macro shown_periods(relation, period, keys, figures) -%}
    {%- set is_week = period == 'week_start' -%}
    {%- set is_complete = 'is_complete_week' if is_week else 'is_complete_month' -%}
    select candidates.*
    from (
        select
            {{ relation }}.*,
            newest.newest_period,
            row_number() over (
                partition by {{ relation }}.{{ keys | join(', ' ~ relation ~ '.') }}
                order by {{ relation }}.{{ period }} desc
            ) as recency,
            max({{ relation }}.{{ period }}) over (
                partition by {{ relation }}.{{ keys | join(', ' ~ relation ~ '.') }}
            ) as newest_shown
        from {{ relation }}
        inner join (
            select
                tool,
                max({{ period }}) as newest_period
            from {{ relation }}
            where {{ is_complete }}
            group by tool
        ) as newest
            on {{ relation }}.tool = newest.tool
        where
            {{ relation }}.{{ is_complete }}
            and {{ relation }}.{{ period }} >= {{ add_days('newest.newest_period', -182 if is_week else -366) }}
            {%- for figure in figures %}
            and {{ relation }}.{{ figure }} is not null
            {%- endfor %}
    ) as candidates
    where candidates.newest_shown >= {{ add_days('candidates.newest_period', -21 if is_week else -31) }}
{%- endmacro %}


{#-
    The mean of four weeks beside that of four weeks 14 weeks before, as CTE `<name>`: one week alone wavers.

    Of the weeks shown, at least two of each four; `<column>_now` and `<column>_before`.
    relation: CTE of shown weeks with recency; base: CTE of all weeks; columns: figures that must be shown
-#}
{% macro four_week_means(name, relation, base, columns) -%}
{{ name }} as (
    select *
    from (
        select
            {{ relation }}.department_key,
            {{ relation }}.department_name,
            {{ relation }}.tool,
            {{ relation }}.week_start,
            {{ relation }}.recency,
            {%- for column in columns %}
            avg(case when weeks.week_start >= {{ add_days(relation ~ '.week_start', -21) }} then weeks.{{ column }} end)
                as {{ column }}_now,
            avg(case when weeks.week_start <= {{ add_days(relation ~ '.week_start', -98) }} then weeks.{{ column }} end)
                as {{ column }}_before,
            {%- endfor %}
            sum(case when weeks.week_start >= {{ add_days(relation ~ '.week_start', -21) }} then 1 else 0 end)
                as weeks_now,
            sum(case when weeks.week_start <= {{ add_days(relation ~ '.week_start', -98) }} then 1 else 0 end)
                as weeks_before
        from {{ relation }}
        inner join {{ base }} as weeks
            on
                {{ relation }}.department_key = weeks.department_key
                and {{ relation }}.tool = weeks.tool
                and {{ relation }}.week_start >= weeks.week_start
                and weeks.week_start >= {{ add_days(relation ~ '.week_start', -119) }}
        where
            weeks.is_complete_week
            {%- for column in columns %}
            and weeks.{{ column }} is not null
            {%- endfor %}
        group by
            {{ relation }}.department_key, {{ relation }}.department_name, {{ relation }}.tool,
            {{ relation }}.week_start, {{ relation }}.recency
    ) as means
    where weeks_now >= 2 and weeks_before >= 2
)
{%- endmacro %}


{#-
    The median of a column over the departments of a period and tool, as CTE `<name>` with its `places`.

    relation: CTE of departments alone, whose figure is not NULL
-#}
{% macro median_by(name, relation, column, keys, tie) -%}
{{ name }}_ranked as (
    select
        {{ keys | join(',\n        ') }},
        cast({{ column }} as {{ type_double() }}) as value,
        row_number() over (partition by {{ keys | join(', ') }} order by {{ column }}, {{ tie }}) as place,
        count(*) over (partition by {{ keys | join(', ') }}) as places
    from {{ relation }}
),

{{ name }} as (
    select
        {{ keys | join(',\n        ') }},
        avg(value) as median_value,
        max(places) as places
    from {{ name }}_ranked
    where place * 2 between places and places + 2
    group by {{ keys | join(', ') }}
)
{%- endmacro %}

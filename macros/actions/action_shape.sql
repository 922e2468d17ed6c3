{#-
    The shape that every rule of recommended actions has.

    A rule is a CTE of one of the models in models/actions, named for its rule_id. It reads published
    marts alone, joins its row of `action_rules` as `rules`, and selects `action_figures`, at most one row a
    department, tool and item. `excess` says how many times its limit is reached: 1 = just.
-#}
{% macro action_columns() -%}
    {{ return([
        'rule_id', 'department_key', 'department_name', 'tool', 'item', 'period_start', 'period_type',
        'metric_value', 'comparison', 'comparison_value', 'excess', 'detail', 'evidence',
    ]) }}
{%- endmacro %}


{#-
    source:     relation with department_key, department_name and the columns named here; none for the company
    period:     expression of the first day
    comparison: words for what the figure is compared with; none without one
    item:       expression that tells apart two actions of a rule for one department and tool
    detail:     text for {detail} in the title
-#}
{% macro action_figures(source, period, period_type, metric_value, excess, evidence, comparison=none,
                        comparison_value='null', tool=none, item="''", detail="''") -%}
        rules.rule_id,
        {{ source ~ '.department_key' if source else "'all'" }} as department_key,
        {{ source ~ '.department_name' if source else "'All departments'" }} as department_name,
        {{ tool or (source ~ '.tool') }} as tool,
        {{ item }} as item,
        cast({{ period }} as date) as period_start,
        '{{ period_type }}' as period_type,
        cast({{ metric_value }} as {{ type_double() }}) as metric_value,
        cast({{ "'" ~ comparison ~ "'" if comparison else 'null' }} as {{ dbt.type_string() }}) as comparison,
        cast({{ comparison_value }} as {{ type_double() }}) as comparison_value,
        cast({{ excess }} as {{ type_double() }}) as excess,
        {{ detail }} as detail,
        {{ evidence }} as evidence
{%- endmacro %}


{#- The end of a model of actions: its rules, one below the other. -#}
{% macro all_actions(rules) -%}
final as (
    {%- for rule in rules %}
    select
        {{ action_columns() | join(',\n        ') }}
    from {{ rule }}
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
)

select * from final
{%- endmacro %}


{#-
    The newest complete period in which a department shows the figures that a rule reads: the newest complete
    week or month of the tool, or one of the three weeks, or the month, before it when they are hidden there.

    relation: CTE with `tool`; period: its week_start or month_start
    keys:     what a row is of, besides the period
    figures:  columns that must be shown
-#}
{% macro newest_shown(relation, period, keys, figures) -%}
    {%- set is_week = period == 'week_start' -%}
    {%- set is_complete = 'is_complete_week' if is_week else 'is_complete_month' -%}
    select candidates.*
    from (
        select
            {{ relation }}.*,
            row_number() over (
                partition by {{ relation }}.{{ keys | join(', ' ~ relation ~ '.') }}
                order by {{ relation }}.{{ period }} desc
            ) as recency
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
            and {{ relation }}.{{ period }} >= {{ add_days('newest.newest_period', -21 if is_week else -31) }}
            {%- for figure in figures %}
            and {{ relation }}.{{ figure }} is not null
            {%- endfor %}
    ) as candidates
    where candidates.recency = 1
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

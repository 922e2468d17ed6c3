{#-
    Which units are shown where nothing is to be hidden for them: the rule of small rests.

    For tables that are shown after all masks are settled and that must not change these. Each unit has a few
    figures, all of them counts of people. A unit is safe if each figure is nobody or at least k people. Units
    that are not safe are the rest, and as the company is shown, their sum can be computed: if it is not safe
    itself, the next safe units, smallest first, join the rest until it is. Sums of safe figures are safe, so a
    reader who adds or subtracts shown rows finds nobody or at least k people, never a few.

    A figure may be a difference to a count of another table that has a mask of its own. Nobody then means that the
    two are the same, which would tell a hidden count: of a unit that hides it the difference must reach k, and so
    must that of the rest, unless all units that hide it are in it, or none.

    name:        prefix of CTEs and columns; the last CTE is `<name>_shown`, with the columns of the relation and
                 `<name>_are_shown`, 1 or 0
    relation:    one row per unit, company included; NULL in no figure
    keys:        columns of a table of units
    figures:     {column: flag column of what it is a difference to, or none}
    is_eligible: condition under which a row may be shown at all
    size:        column by which safe units join the rest, smallest first

    usage: {{ small_rests('users', 'figures', ['period_start'], {'users': none}, 'is_read', 'users') }}
-#}
{% macro small_rests(name, relation, keys, figures, is_eligible, size) -%}
{%- set of_table = keys | join(', ') -%}
{%- set of_units -%}
    partition by {{ of_table }}, case when unit_key = 'all' then 1 else 0 end
{%- endset -%}
{%- set in_order = of_units ~ ' order by ' ~ name ~ '_is_safe, ' ~ size ~ ', unit_key' -%}
{%- set flags = figures.values() | select | unique | list -%}
{{ name }}_judged as (
    select
        *,
        case
            when
                {{ is_eligible }}
                {%- for figure, flag in figures.items() %}
                and {{ is_nobody_or_many(figure, flag ~ ' > 0' if flag else none) }}
                {%- endfor %}
                then 1
            else 0
        end as {{ name }}_is_safe
    from {{ relation }}
),

{{ name }}_ordered as (
    select
        *,
        row_number() over ({{ in_order }}) as {{ name }}_place,
        sum(1 - {{ name }}_is_safe) over ({{ of_units }}) as {{ name }}_unsafe_units
        {%- for figure in figures %},
        sum({{ figure }}) over ({{ in_order }} rows between unbounded preceding and current row)
            as {{ name }}_rest_{{ figure }}
        {%- endfor %}
        {%- for flag in flags %},
        sum({{ flag }}) over ({{ in_order }} rows between unbounded preceding and current row)
            as {{ name }}_rest_{{ flag }},
        sum({{ flag }}) over (partition by {{ of_table }}) as {{ name }}_all_{{ flag }}
        {%- endfor %}
    from {{ name }}_judged
),

{{ name }}_rests as (
    select
        *,
        case
            when
                unit_key <> 'all'
                and {{ name }}_place >= {{ name }}_unsafe_units
                {%- for figure, flag in figures.items() %}
                and {{ is_nobody_or_many(
                    name ~ '_rest_' ~ figure,
                    name ~ '_rest_' ~ flag ~ ' between 1 and ' ~ name ~ '_all_' ~ flag ~ ' - 1' if flag else none,
                ) }}
                {%- endfor %}
                then {{ name }}_place
        end as {{ name }}_safe_rest
    from {{ name }}_ordered
),

{{ name }}_cut as (
    select
        *,
        max(case when unit_key = 'all' then {{ name }}_is_safe else 0 end) over (partition by {{ of_table }})
            as {{ name }}_is_company_shown,
        min({{ name }}_safe_rest) over (partition by {{ of_table }}) as {{ name }}_last_of_rest
    from {{ name }}_rests
),

{{ name }}_shown as (
    select
        *,
        case
            when {{ name }}_is_safe = 0 then 0
            when unit_key = 'all' or {{ name }}_is_company_shown = 0 or {{ name }}_unsafe_units = 0 then 1
            when {{ name }}_place > {{ name }}_last_of_rest then 1
            else 0
        end as {{ name }}_are_shown
    from {{ name }}_cut
)
{%- endmacro %}


{#- Whether a count is of nobody or of at least k people; where `is_hidden`, of k. -#}
{% macro is_nobody_or_many(figure, is_hidden=none) -%}
    ({{ figure }} >= {{ suppression_k() }} or {{ figure }} = 0
                {%- if is_hidden %} and not ({{ is_hidden }}){% endif %})
{%- endmacro %}

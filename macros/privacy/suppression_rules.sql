{#- Fewest contributors of a shown figure: the setting, never below 5. -#}
{% macro suppression_k() -%}
    {{ return([var('suppression_k') | int, 5] | max) }}
{%- endmacro %}


{#-
    Reason for which a cell must be hidden by itself, or NULL.

    Few contributors; for totals also: one person over half, two over three quarters, or the rest so
    small (under 15 % of the largest) that the second could compute the largest closely. Expects the
    columns kind, value, contributors (> 0), largest, second_largest, headcount.
-#}
{% macro primary_reason() -%}
    case
            when contributors < {{ suppression_k() }} then 'few_contributors'
            {%- if var('suppress_near_total') %}
            when
                measure = 'active_people'
                and headcount > contributors
                and headcount - contributors < {{ suppression_k() }} then 'near_total'
            {%- endif %}
            when kind = 'people' then cast(null as {{ dbt.type_string() }})
            when largest * 2 > value then 'one_dominates'
            when (largest + second_largest) * 4 > value * 3 then 'two_dominate'
            when (value - largest - second_largest) * 100 < largest * 15 then 'rest_too_small'
        end
{%- endmacro %}


{#-
    One pass over one kind of line: where exactly one member is hidden, hide a second one.

    The second one is the member with the fewest contributors, at least k, ties by key; the sum
    comes last (see cell_lines() for the exceptions). A window instead of a join, so that passes
    chain without repeating their input.

    closing: prefer members whose other lines hold a hidden cell already. Hiding them opens no new
             line, so that a pattern over units, tools and parts closes instead of spreading
-#}
{% macro hide_second(relation, line, closing=false) -%}
    {%- set others = cell_lines() | rejectattr('name', 'equalto', line.name) | list -%}
    select
        {{ cell_columns() | join(',\n        ') }},
        case
            when hidden_reason is not null then hidden_reason
            when
                {{ line.member }}
                and hidden_in_line = 1
                and choice = 1
                and contributors >= {{ suppression_k() }}
                then '{{ line.reason }}'
        end as hidden_reason
    from (
        select
            *,
            sum(case when hidden_reason is null then 0 else 1 end) over (
                partition by {{ line.key | join(', ') }}, {{ line.member }}
            ) as hidden_in_line,
            row_number() over (
                partition by {{ line.key | join(', ') }}, {{ line.member }}
                order by
                    case
                        when hidden_reason is null and contributors >= {{ suppression_k() }} then 0
                        else 1
                    end,
                    case
                        when {{ line.total }} then case when {{ line.total_first }} then 0 else 2 end
                        else 1
                    end,
                    {%- if closing %}
                    open_lines,
                    {%- endif %}
                    contributors,
                    unit_key,
                    tool,
                    measure,
                    item
            ) as choice
        from {% if closing -%}
        (
            select
                *,
                {%- for other in others %}
                case
                    when
                        {{ other.member }}
                        and sum(case when hidden_reason is null then 0 else 1 end) over (
                            partition by {{ other.key | join(', ') }}, {{ other.member }}
                        ) = 0
                        then 1
                    else 0
                end{{ ' +' if not loop.last else ' as open_lines' }}
                {%- endfor %}
            from {{ relation }}
        ) as lines_around
        {%- else -%}
        {{ relation }}
        {%- endif %}
    ) as members
{%- endmacro %}


{#- CTEs of some rounds of passes over units, tools, parts and ties; ends in `last_round`. -#}
{% macro suppression_rounds(relation, rounds, closing=false) -%}
{%- set state = namespace(previous=relation) -%}
{%- for round in range(1, rounds + 1) -%}
{%- for line in cell_lines() %}
{{ line.name }}_{{ round }} as (
{{ hide_second(state.previous, line, closing) }}
),
{% set state.previous = line.name ~ '_' ~ round -%}
{%- endfor %}
{{ 'last_round' if loop.last else 'ties_' ~ round }} as (
{{ hide_ties(state.previous) }}
)
{{- ',' if not loop.last }}
{% set state.previous = 'ties_' ~ round -%}
{%- endfor -%}
{%- endmacro %}


{#- CTE `open_groups`: mask groups of a period in which a line holds exactly one hidden cell. -#}
{% macro open_mask_groups(relation) -%}
line_states as (
    select
        *,
        {%- for line in cell_lines() %}
        sum(case when hidden_reason is null then 0 else 1 end) over (
            partition by {{ line.key | join(', ') }}, {{ line.member }}
        ) as hidden_in_{{ line.name }},
        count(*) over (
            partition by {{ line.key | join(', ') }}, {{ line.member }}
        ) as cells_in_{{ line.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
),

open_groups as (
    select distinct
        period_type,
        period_start,
        mask_group
    from line_states
    where
        {%- for line in cell_lines() %}
        {{ 'or ' if not loop.first }}(
            {{ line.member }}
            and hidden_in_{{ line.name }} = 1
            and cells_in_{{ line.name }} > 1
        )
        {%- endfor %}
)
{%- endmacro %}


{#- One pass over ties: where one of several equal figures is hidden, all are. -#}
{% macro hide_ties(relation) -%}
    select
        {{ cell_columns() | join(',\n        ') }},
        case
            when hidden_reason is not null then hidden_reason
            when hidden_in_tie > 0 then 'same_figure'
        end as hidden_reason
    from (
        select
            *,
            sum(case when hidden_reason is null then 0 else 1 end) over (
                partition by period_type, period_start, unit_key, tie_group
            ) as hidden_in_tie
        from {{ relation }}
    ) as members
{%- endmacro %}


{#- Whether a total of its own (no line, no tie) may be shown: see primary_reason(). Expects the
    columns of unit_figures(). A total nobody contributes to is a zero. -#}
{% macro is_safe_total(name) -%}
    coalesce(
            {{ name }}_contributors = 0
            or (
                {{ name }}_contributors >= {{ suppression_k() }}
                and {{ name }}_largest * 2 <= {{ name }}
                and ({{ name }}_largest + {{ name }}_second_largest) * 4 <= {{ name }} * 3
                and ({{ name }} - {{ name }}_largest - {{ name }}_second_largest) * 100
                >= {{ name }}_largest * 15
            ),
            false
        )
{%- endmacro %}

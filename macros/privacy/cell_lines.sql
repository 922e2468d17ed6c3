{#-
    Cells and the lines they stand in.

    A cell is one measure of one unit, tool and period (and item: a model family, a product, a cost
    basis). A line is a set of cells of which one is the sum of the others, so that a single hidden
    cell of a line could be computed from the rest:
        units   the units of a tool, and the company
        tools   the tools of a unit, and `all`; only for measures that add up over tools
        parts   measures (or items) that add up to another one
    and cells that are the same number (a tie) must be hidden together.
-#}
{% macro cell_keys() -%}
    {{ return(['period_type', 'period_start', 'unit_key', 'tool', 'measure', 'item']) }}
{%- endmacro %}


{#- What is known of a figure by itself. -#}
{% macro figure_columns() -%}
    {{ return(cell_keys() + [
        'kind', 'is_additive', 'part_group', 'is_part_total', 'tie_group', 'mask_group',
        'value', 'contributors', 'largest', 'second_largest',
    ]) }}
{%- endmacro %}


{#- The same and what is known of it beside the others of its row. -#}
{% macro cell_columns() -%}
    {{ return(figure_columns() + ['part_item', 'others', 'others_inside']) }}
{%- endmacro %}


{#- The three kinds of lines: key, condition of membership, which member is the sum, how the persons of
    hidden members are counted together, audit reason.

    Over tools the sum is hidden first: a pattern over units, one tool and `all` is closed at once. A second
    tool would be alone in its own line of units and ask for a third (figures in decision 0054). Of parts it is
    hidden last, and of units among those that cost the same (see hiding_costs()).

    Nobody belongs to two units of a period, so the persons of hidden units add up; the same person
    may stand in several tools and parts, so there the largest number is all one can be sure of. Counts
    of people add up in every line: a person is in one of the parts.

    alike: what the same member of other lines is known by.
    has_others: whether the people outside the cells (see wholes()) add up as well. -#}
{% macro cell_lines() -%}
    {{ return([
        {
            'name': 'units',
            'key': ['period_type', 'period_start', 'tool', 'measure', 'item'],
            'member': "unit_key <> 'unattributed'",
            'total': "unit_key = 'all'",
            'rank': "case when unit_key = 'all' then 1 else 0 end",
            'alike': ['unit_key'],
            'people': 'sum',
            'has_others': true,
            'reason': 'secondary_unit',
        },
        {
            'name': 'tools',
            'key': ['period_type', 'period_start', 'unit_key', 'measure', 'item'],
            'member': 'is_additive',
            'total': "tool = 'all'",
            'rank': "case when tool = 'all' then 0 else 1 end",
            'alike': ['tool'],
            'people': 'max',
            'has_others': false,
            'reason': 'secondary_tool',
        },
        {
            'name': 'parts',
            'key': ['period_type', 'period_start', 'unit_key', 'tool', 'part_group', 'part_item'],
            'member': 'part_group is not null',
            'total': 'is_part_total',
            'rank': "case when is_part_total then 2 when measure = 'medium_prompts' then 0 else 1 end",
            'alike': ['measure', 'item'],
            'people': 'max',
            'has_others': false,
            'reason': 'secondary_part',
        },
    ]) }}
{%- endmacro %}


{#- One branch a measure: a wide table of figures as long cells. Figures without a contributor are no
    cells: a zero is shown, and a line is not made safe by hiding it.

    relation: CTE with the columns of unit_figures(), period, unit_key and tool
    item:     expression of the item ('' where there is none) -#}
{% macro cells_of(relation, measures, item="''") -%}
    {%- for measure in measures %}
    select
        period_type,
        period_start,
        unit_key,
        tool,
        '{{ measure.name }}' as measure,
        {{ item }} as item,
        '{{ measure.kind }}' as kind,
        {{ 'true' if measure.additive else 'false' }} as is_additive,
        {% if measure.part -%}
        '{{ measure.part }}'
        {%- else -%}
        cast(null as {{ dbt.type_string() }})
        {%- endif %} as part_group,
        {{ 'true' if measure.part_total else 'false' }} as is_part_total,
        '{{ measure.tie }}' as tie_group,
        '{{ measure.group }}' as mask_group,
        cast({{ measure.name }} as {{ type_money() }}) as value,
        cast({{ measure.name }}{{ '_contributors' if measure.kind == 'total' }} as {{ dbt.type_bigint() }})
            as contributors,
        {%- for share in ['largest', 'second_largest'] %}
        {% if measure.kind == 'total' -%}
        cast(coalesce({{ measure.name }}_{{ share }}, 0) as {{ type_money() }})
        {%- else -%}
        cast(null as {{ type_money() }})
        {%- endif %} as {{ share }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    where {{ measure.name }}{{ '_contributors' if measure.kind == 'total' }} > 0
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
{%- endmacro %}

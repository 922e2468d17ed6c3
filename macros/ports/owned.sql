{#-
    One owner a measure: where several sources tell of one tool, a figure counts if its source owns the measure on
    that day, see int_measure_owners. Expects that table joined as `owners` (owners_of) and a column `source`.

    usage:  {{ owned('cost_lines', 'cost_lines.vendor_cost') }} as vendor_cost
            where {{ is_owned('cost_lines', 'credits') }}

    relation: name of the relation with the rows
    measure:  see ingestion/measures.yml
-#}
{% macro is_owned(relation, measure) -%}
    (owners.{{ measure }}_source is null or owners.{{ measure }}_source = {{ relation }}.source)
{%- endmacro %}


{#- A column where it is owned, otherwise NULL. Its measure is the one that the port states, unless another is named. -#}
{% macro owned(port, relation, column, measure=none) -%}
    {%- set of = measure or port_contract(port).measures.get(column) -%}
    {%- if of -%}
    case when {{ is_owned(relation, of) }} then {{ relation }}.{{ column }} end
    {%- else -%}
    {{ relation }}.{{ column }}
    {%- endif -%}
{%- endmacro %}


{#- The join that these two need. -#}
{% macro join_owners(relation, day='activity_date') -%}
    left join {{ ref('int_measure_owners') }} as owners
        on
            {{ relation }}.tool = owners.tool
            and {{ relation }}.{{ day }} = owners.activity_date
{%- endmacro %}


{#- Whether a row has a figure left: one of the measures is owned. -#}
{% macro owns_any(relation, measures) -%}
    {%- for measure in measures -%}
    {{ is_owned(relation, measure) }}{{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- Tools of which several sources can tell a measure, for `in (…)`: what other sources tell too is not all counted. -#}
{% macro contested_tools(measure) -%}
    '{{ (tools_with_owners(measure) or ['none']) | join("', '") }}'
{%- endmacro %}

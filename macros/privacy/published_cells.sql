{#- What readers see, for the audit: published figures that are shown as they are, as long cells: table, period,
    unit, tool, item, measure, shown value or NULL. -#}
{% macro published_cells() -%}
    {%- for entry in published_tables() %}
    {%- set last_table = loop.last %}
    {%- for column, measure in entry.measures.items() %}
    select
        '{{ entry.table }}' as published_table,
        '{{ entry.period_type }}' as period_type,
        {{ entry.period_type }}_start as period_start,
        department_key as unit_key,
        {{ entry.tool }} as tool,
        '{{ measure }}' as measure,
        {{ entry.item }} as item,
        cast({{ column }} as {{ type_money() }}) as shown_value
    from {{ ref(entry.table) }}
    {{- "\n\n    union all\n" if not (loop.last and last_table) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

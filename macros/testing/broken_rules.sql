{#-
    The query of a `table_rules` test: one row with the number of failing rows of each rule, in the order of
    `listed_rules`, and last their sum (`failing_rows`).

    relation:  the table, or a subquery of it
    arguments: the test's arguments
-#}
{% macro count_broken_rules(relation, arguments) %}
    {%- set rules = listed_rules(arguments, relation) -%}
    {%- set of_rows, counts, steps = [], [], [] -%}
    {%- for rule in rules -%}
        {%- if rule.breaks is defined -%}
            {%- do of_rows.append('count(case when ' ~ rule.breaks ~ ' then 1 end) as rule_' ~ loop.index) -%}
            {%- do counts.append('row_rules.rule_' ~ loop.index) -%}
        {%- else -%}
            {%- do steps.append({'name': 'counted_' ~ loop.index, 'sql': rule.counted}) -%}
            {%- do counts.append('counted_' ~ loop.index ~ '.failing_rows') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if of_rows -%}
        {%- set sql = 'select\n        ' ~ of_rows | join(',\n        ') ~ '\n    from ' ~ relation -%}
        {%- do steps.insert(0, {'name': 'row_rules', 'sql': sql}) -%}
    {%- endif -%}
    with {% for step in steps -%}
    {{ step.name }} as (
    {{ step.sql }}
    ){{ ',' if not loop.last }}

    {% endfor -%}
    select
        {%- for count in counts %}
        {{ count }} as rule_{{ loop.index }},
        {%- endfor %}
        cast({{ counts | join(' + ') }} as {{ dbt.type_bigint() }}) as failing_rows
    from {{ steps | map(attribute='name') | join(' cross join ') }}
{% endmacro %}


{#-
    Say each broken rule of a table and on how many rows. Only names out of the YAML and counts are said,
    never a value of a row: the names come from the arguments, by the position of the count.

    counts: the row that `count_broken_rules` gives
-#}
{% macro say_broken_rules(tested, arguments, counts) %}
    {%- for rule in listed_rules(arguments) -%}
        {%- set failing = counts[loop.index0] | int -%}
        {%- if failing -%}
            {%- set rows = failing ~ (' row' if failing == 1 else ' rows') -%}
            {%- do log('Rule broken: ' ~ tested ~ ': ' ~ rule.kind ~ ' (' ~ rule.of ~ '): ' ~ rows, info=true) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{#-
    dbt's own way to run a test; of a failed `table_rules` it then says which rules are broken and on how
    many rows. Only names out of the YAML and counts are said, never a value of a row: the names come from
    the arguments, by the position of the count.
-#}
{%- materialization test, default -%}
    {%- set ended = dbt.materialization_test_default() -%}
    {%- set metadata = model.get('test_metadata') or {} -%}
    {%- if metadata.name == 'table_rules' and load_result('main').table.rows[0][0] -%}
        {%- set tested = (model.attached_node or model.name).split('.')[2:] | join('.') or model.name -%}
        {%- set counts = run_query(sql).rows[0] -%}
        {%- for rule in listed_rules(metadata.kwargs) -%}
            {%- set failing = counts[loop.index0] | int -%}
            {%- if failing -%}
                {%- set rows = failing ~ (' row' if failing == 1 else ' rows') -%}
                {%- do log('Rule broken: ' ~ tested ~ ': ' ~ rule.kind ~ ' (' ~ rule.of ~ '): ' ~ rows, info=true) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(ended) }}
{%- endmaterialization -%}

{#-
    dbt's own way to run a test; of a failed `table_rules` it then says which rules are broken and on how
    many rows.
-#}
{%- materialization test, default -%}
    {%- set ended = dbt.materialization_test_default() -%}
    {%- set metadata = model.get('test_metadata') or {} -%}
    {%- if metadata.name == 'table_rules' and load_result('main').table.rows[0][0] -%}
        {%- set tested = (model.attached_node or model.name).split('.')[2:] | join('.') or model.name -%}
        {%- do say_broken_rules(tested, metadata.kwargs, run_query(sql).rows[0]) -%}
    {%- endif -%}
    {{ return(ended) }}
{%- endmaterialization -%}

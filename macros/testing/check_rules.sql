{#-
    A hook after each model and seed: its `table_rules` tests, asked in the node that built the table. dbt spends
    far more time on a test of its own than the engine on the query.

    Only where AI_USAGE_RULES_WITH_MODELS is set, by who leaves the tests out by name instead
    (`orchestration/dbt.py`); `dbt build` and `dbt test` by hand run them as tests. Of each test one line says how
    it ended, `Table rules: <id>: pass|warn|fail: <rows>`. A broken rule ends the node with an error, so that
    nothing is built from the table; where the engine builds it in a transaction, the table stays as it was.
-#}
{% macro check_rules() -%}
    {%- if execute and env_var('AI_USAGE_RULES_WITH_MODELS', '') -%}
        {%- set failed = [] -%}
        {%- for test in graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'test')
            | selectattr('attached_node', 'equalto', model.unique_id)
            if (test.test_metadata or {}).name == 'table_rules'
        -%}
            {%- set arguments = rendered_arguments(test.test_metadata.kwargs) -%}
            {%- set where = test.config.get('where') -%}
            {%- set relation = '(select * from ' ~ this ~ ' where ' ~ where ~ ') as tested' if where else this -%}
            {%- set counts = run_query(count_broken_rules(relation, arguments)).rows[0] -%}
            {%- set rows = counts[-1] | int -%}
            {%- set is_warning = test.config.severity | lower == 'warn' -%}
            {%- do say_broken_rules(model.name, arguments, counts) if rows -%}
            {%- set ended = 'pass' if not rows else 'warn' if is_warning else 'fail' -%}
            {%- do log('Table rules: ' ~ test.unique_id ~ ': ' ~ ended ~ ': ' ~ rows, info=true) -%}
            {%- do failed.append(test.name) if ended == 'fail' -%}
        {%- endfor -%}
        {%- if failed -%}
            {{ exceptions.raise_compiler_error('broken rules: ' ~ failed | join(', ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- A test's arguments with what Jinja stands in them put in, as dbt does before it runs a test. -#}
{% macro rendered_arguments(value) %}
    {%- if value is mapping -%}
        {%- set rendered = {} -%}
        {%- for key, inner in value.items() -%}
            {%- do rendered.update({key: rendered_arguments(inner)}) if key != 'model' -%}
        {%- endfor -%}
        {{ return(rendered) }}
    {%- elif value is string -%}
        {{ return(value if '{{' not in value else fromyaml(render(value))) }}
    {%- elif value is sequence -%}
        {%- set rendered = [] -%}
        {%- for inner in value -%}
            {%- do rendered.append(rendered_arguments(inner)) -%}
        {%- endfor -%}
        {{ return(rendered) }}
    {%- else -%}
        {{ return(value) }}
    {%- endif -%}
{% endmacro %}

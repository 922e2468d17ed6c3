{#-
    The marts with a period, a company's own included: a list of `name` and `period_type`, by name.

    A mart has the period of its column `week_start` or `month_start`; with both, the month. Columns come from the
    mart's YAML file, and where that names none from its table, if it was built before. A mart of neither is taken
    to have both, until it is built. A mart made of other published tables (tag `derived`) is made again when
    they are published, so it has no periods.

    usage: {%- for mart in marts_with_periods() %} '{{ mart.name }}' … {%- endfor %}
-#}
{% macro marts_with_periods() %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='alias') -%}
            {%- set is_mart = node.resource_type == 'model' and node.config.schema == 'marts' -%}
            {%- if is_mart and 'derived' not in node.tags -%}
                {%- for period_type in mart_period_types(node) -%}
                    {%- do found.append({'name': node.alias, 'period_type': period_type}) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{% macro mart_period_types(node) %}
    {%- set columns = node.columns.keys() | map('lower') | list -%}
    {%- if not columns -%}
        {%- set built = load_relation(api.Relation.create(
            database=node.database, schema=node.schema, identifier=node.alias
        )) -%}
        {%- if built is none -%}
            {{ return(['week', 'month']) }}
        {%- endif -%}
        {%- set columns = adapter.get_columns_in_relation(built) | map(attribute='name') | map('lower') | list -%}
    {%- endif -%}
    {%- if 'month_start' in columns -%}
        {{ return(['month']) }}
    {%- endif -%}
    {{ return(['week'] if 'week_start' in columns else []) }}
{% endmacro %}

{#-
    Between `as` and the bracket of a CTE: it is computed once, whatever the planner thinks.

    PostgreSQL computes a CTE that is read once within the join that reads it, for each row of the other side where
    it takes that side for small. Elsewhere it is nothing.

    usage: priced_models as {{ computed_once() }} (
-#}
{% macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once', 'ai_usage')()) }}
{%- endmacro %}


{% macro default__computed_once() -%}
{%- endmacro %}


{% macro postgres__computed_once() -%}
    materialized
{%- endmacro %}


{% macro redshift__computed_once() -%}
{%- endmacro %}

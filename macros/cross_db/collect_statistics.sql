{#-
    A hook after each table: collect the statistics that the planner needs.

    PostgreSQL does so by itself, but up to a minute later; until then it joins a new table in nested loops, which
    took minutes for models that need a second. Elsewhere it is nothing.
-#}
{% macro collect_statistics() -%}
    {{ return(adapter.dispatch('collect_statistics', 'ai_usage')()) }}
{%- endmacro %}


{% macro default__collect_statistics() -%}
{%- endmacro %}


{% macro postgres__collect_statistics() -%}
    {%- if model.config.materialized in ('table', 'incremental', 'seed') -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}

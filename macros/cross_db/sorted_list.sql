{#-
    Distinct values of a group as one text in ascending order; NULLs are left out, none gives NULL.

    dbt.listagg has no distinct, and no order on Spark.

    usage: {{ sorted_list('tool') }} as tools_included
-#}
{% macro sorted_list(expression, separator=', ') %}
    {{- return(adapter.dispatch('sorted_list', 'ai_usage')(expression, separator)) -}}
{% endmacro %}

{% macro default__sorted_list(expression, separator) -%}
    listagg(distinct {{ expression }}, '{{ separator }}') within group (order by {{ expression }})
{%- endmacro %}

{% macro duckdb__sorted_list(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}

{% macro postgres__sorted_list(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}

{#- Redshift inherits from Postgres, but has listagg only. -#}
{% macro redshift__sorted_list(expression, separator) -%}
    listagg(distinct {{ expression }}, '{{ separator }}') within group (order by {{ expression }})
{%- endmacro %}

{% macro bigquery__sorted_list(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}

{% macro spark__sorted_list(expression, separator) -%}
    nullif(array_join(array_sort(collect_set({{ expression }})), '{{ separator }}'), '')
{%- endmacro %}

{% macro databricks__sorted_list(expression, separator) -%}
    nullif(array_join(array_sort(collect_set({{ expression }})), '{{ separator }}'), '')
{%- endmacro %}

{% macro clickhouse__sorted_list(expression, separator) -%}
    nullif(arrayStringConcat(arraySort(groupUniqArray({{ expression }})), '{{ separator }}'), '')
{%- endmacro %}

{#-
    A floating-point number of eight bytes.

    dbt.type_float() gives four bytes on DuckDB and Spark, eight on Postgres; `double` is unknown to
    Postgres and Redshift. In contracts, where macros cannot be called, the same choice is written as
    "{{ {'postgres': 'double precision', 'redshift': 'double precision', 'bigquery': 'float64'}.get(target.type, 'double') }}".

    usage: cast(total as {{ type_double() }}) / count
-#}
{% macro type_double() %}
    {{- return(adapter.dispatch('type_double', 'ai_usage')()) -}}
{% endmacro %}

{% macro default__type_double() -%}
    double
{%- endmacro %}

{% macro postgres__type_double() -%}
    double precision
{%- endmacro %}

{% macro bigquery__type_double() -%}
    float64
{%- endmacro %}

{#-
    A whole number of a row's values, the same for equal rows; sums of it tell two sets of rows apart.

    Only engines whose tables are built by changes need one (built_by_changes).

    columns: names of columns, at least one
    usage:   sum({{ row_hash(['account_key', 'tool']) }})
-#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash', 'ai_usage')(columns)) }}
{%- endmacro %}

{% macro default__row_hash(columns) -%}
    {{ exceptions.raise_compiler_error("row_hash: there is none for " ~ target.type) }}
{%- endmacro %}

{% macro duckdb__row_hash(columns) -%}
    cast(hash({{ columns | join(', ') }}) as hugeint)
{%- endmacro %}


{#- What a group of rows contains, as a text: equal for equal rows in any order. -#}
{% macro fingerprint(columns) -%}
    cast(count(*) as {{ dbt.type_string() }}) || '/'
    || cast(sum({{ row_hash(columns) }}) as {{ dbt.type_string() }})
{%- endmacro %}

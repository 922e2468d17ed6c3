{#- Sum of whole numbers as bigint: engines disagree (hugeint, numeric, bigint) about the type of a
    sum. NULL when every value is. -#}
{% macro total(expression) -%}
    cast(sum({{ expression }}) as {{ dbt.type_bigint() }})
{%- endmacro %}

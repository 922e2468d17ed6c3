{#-
    The first and last day of half-open validity: "always" and "open".

    Not NULL, so that a range join needs no coalesce, and within the range of every engine's date
    (year 9999 overflows where a day is added, and Spark's old calendar differs before 1582).

    usage: coalesce(valid_to, {{ date_bound('last') }})
-#}
{% macro date_bound(side) -%}
    {%- if side == 'first' -%}
        cast('1900-01-01' as date)
    {%- elif side == 'last' -%}
        cast('2199-12-31' as date)
    {%- else -%}
        {{ exceptions.raise_compiler_error("date_bound takes 'first' or 'last', not " ~ side) }}
    {%- endif -%}
{%- endmacro %}

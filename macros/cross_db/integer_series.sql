{#-
    A relation of the integers 0 … n - 1 in a column `n`, with n known to Jinja.

    generate_series, sequence and generate_array differ in name, in bounds and in where they may
    stand, and dbt.date_spine queries the warehouse while compiling. A cross join of digits is
    plain SQL everywhere.

    usage: with offsets as ({{ integer_series(400) }}) select {{ add_days('start_date', 'n') }} …
-#}
{% macro integer_series(length) -%}
    {%- set digits = ((length - 1) | string) | length -%}
    select n
    from (
        select
            {% for position in range(digits) -%}
            digit_{{ position }}.digit * {{ 10 ** position }}{{ ' + ' if not loop.last }}
            {%- endfor %} as n
        from
            {% for position in range(digits) -%}
            {{ 'cross join ' if not loop.first }}(
                {%- for digit in range(10) %}
                select {{ digit }} as digit{{ ' union all' if not loop.last }}
                {%- endfor %}
            ) as digit_{{ position }}
            {% endfor %}
    ) as all_integers
    where n < {{ length }}
{%- endmacro %}

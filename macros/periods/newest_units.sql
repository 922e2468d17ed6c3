{#-
    CTE `newest_units`, with `department_key` and `department_name`: departments that are reported under their own
    name in the newest week. What a company's files say of others is not published. The reader has CTE
    `reporting_units`: weekly units whose key is their department's.

    with_company: whether the company is among them, with the key `all`

    usage: {{ newest_units(with_company=true) }},
-#}
{% macro newest_units(with_company=false) -%}
newest_units as (
    select
        unit_key as department_key,
        unit_name as department_name
    from reporting_units
    where period_start = (select max(units.period_start) from reporting_units as units)
    {%- if with_company %}

    union all

    select
        'all' as department_key,
        '{{ reserved_units()['all'] }}' as department_name
    {%- endif %}
)
{%- endmacro %}

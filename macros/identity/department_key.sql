{#- Keys of rows that are no department: the company, the pool, what has no known person, money without an account,
    people without a department. No department of a company may have one of them. -#}
{% macro reserved_unit_keys() -%}
    {{ return(['all', 'other', 'unattributed', 'unallocated', 'no_department']) }}
{%- endmacro %}

{#-
    Key of a department from its name: lower case, trimmed, spaces as underscores.

    Readable, and without collisions but for case and spaces. Names that would meet a reserved key are moved
    aside, and so are names that would meet one moved aside. An employee without a department has a key of its own.

    usage: {{ department_key('employees.department') }} as department_key
-#}
{% macro department_key(name) -%}
    {%- set key = "replace(lower(trim(" ~ name ~ ")), ' ', '_')" -%}
    {%- set aside = [] -%}
    {%- for reserved in reserved_unit_keys() -%}
        {%- do aside.append("'" ~ reserved ~ "'") -%}
        {%- do aside.append("'department_" ~ reserved ~ "'") -%}
    {%- endfor -%}
    case
        when {{ name }} is null or trim({{ name }}) = '' then 'no_department'
        when {{ key }} in ({{ aside | join(', ') }})
            then 'department_' || {{ key }}
        else {{ key }}
    end
{%- endmacro %}

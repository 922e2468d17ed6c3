{#- Keys and names of rows that are no department: the company, the pool, what has no known person, money without
    an account, people without a department. No department of a company may have one of them. -#}
{% macro reserved_units() -%}
    {{ return({
        'all': 'All departments',
        'other': 'Other departments',
        'unattributed': 'Unattributed',
        'unallocated': 'Unallocated',
        'no_department': 'No department',
    }) }}
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
    {%- for reserved in reserved_units() -%}
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

{#-
    Name of a department as it is shown. A name that is reserved for a row that is no department, in whatever case,
    gets ` (department)` behind it, and so does a name that would then be the same.

    usage: {{ department_label('employees.department') }} as department_name
-#}
{% macro department_label(name) -%}
    {%- set aside = [] -%}
    {%- for reserved in reserved_units().values() -%}
        {%- do aside.append("'" ~ reserved | lower ~ "'") -%}
        {%- do aside.append("'" ~ reserved | lower ~ " (department)'") -%}
    {%- endfor -%}
    case
        when {{ name }} is null or trim({{ name }}) = '' then '{{ reserved_units()['no_department'] }}'
        when lower(trim({{ name }})) in ({{ aside | join(', ') }}) then trim({{ name }}) || ' (department)'
        else trim({{ name }})
    end
{%- endmacro %}

{#-
    Key of a department from its name: lower case, trimmed, spaces as underscores.

    Readable, and without collisions but for case and spaces. Names that would meet the keys of the
    company row, the pool or the bucket without people are moved aside. An employee without a
    department has a key of its own.

    usage: {{ department_key('employees.department') }} as department_key
-#}
{% macro department_key(name) -%}
    case
        when {{ name }} is null or trim({{ name }}) = '' then 'no_department'
        when lower(trim({{ name }})) in ('all', 'other', 'unattributed')
            then 'department_' || lower(trim({{ name }}))
        else replace(lower(trim({{ name }})), ' ', '_')
    end
{%- endmacro %}

{#-
    Fails for every value outside the bounds. NULL passes: test it with not_null.

    min_value, max_value: inclusive bounds, SQL expressions; either may be left out
    exclusive: when true the bounds themselves fail
-#}
{% test accepted_range(model, column_name, min_value=none, max_value=none, exclusive=false) %}
    {%- if min_value is none and max_value is none -%}
        {{ exceptions.raise_compiler_error('accepted_range needs min_value or max_value') }}
    {%- endif -%}
    {%- set equal = '=' if exclusive else '' -%}
    select {{ column_name }}
    from {{ model }}
    where
        1 = 0
        {%- if min_value is not none %}
        or {{ column_name }} <{{ equal }} {{ min_value }}
        {%- endif %}
        {%- if max_value is not none %}
        or {{ column_name }} >{{ equal }} {{ max_value }}
        {%- endif %}
{% endtest %}

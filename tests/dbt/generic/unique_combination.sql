{#-
    Fails for every combination of the columns that occurs more than once.

    NULLs count as equal, so a nullable part of a key is covered too. One scan instead of one test
    a column: each test costs a fixed time of every run.

    columns:  list of column names or expressions
    not_null: when true, a NULL in any of the columns fails as well
-#}
{% test unique_combination(model, columns, not_null=false) %}
    select
        {{ columns | join(', ') }},
        count(*) as occurrences
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- if not_null %}
        {%- for column in columns %}
        or {{ column }} is null
        {%- endfor %}
        {%- endif %}
{% endtest %}

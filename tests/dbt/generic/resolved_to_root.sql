{#-
    Fails for every row whose root is missing or has another root itself: a chain that was not
    followed to its end.

    column_name: the root of the row
    key:         the row's own identifier, in which roots are found
-#}
{% test resolved_to_root(model, column_name, key) %}
    select members.{{ key }}
    from {{ model }} as members
    left join {{ model }} as roots
        on members.{{ column_name }} = roots.{{ key }}
    where
        roots.{{ column_name }} is null
        or roots.{{ column_name }} <> members.{{ column_name }}
{% endtest %}

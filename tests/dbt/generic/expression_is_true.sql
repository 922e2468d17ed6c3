{#-
    Fails for every row on which the expression is false or unknown.

    An unknown (NULL) result fails as well: a comparison that NULL could hide is no test.

    expression: SQL condition over the model's columns
-#}
{% test expression_is_true(model, expression) %}
    select *
    from {{ model }}
    where not coalesce({{ expression }}, false)
{% endtest %}

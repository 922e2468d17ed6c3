{#-
    Fails when a total of the model differs from a total of the relation it comes from: what goes in
    comes out. An empty relation counts as 0, so that NULL hides nothing.

    expression:     aggregate over the model, e.g. sum(cost)
    compare_to:     the other relation
    compare_total:  aggregate over it; the same expression by default
    only_where, compare_where: conditions that narrow either side
-#}
{% test same_total(
    model, expression, compare_to, compare_total=none, only_where='1 = 1', compare_where='1 = 1'
) %}
    with model_total as (
        select coalesce({{ expression }}, 0) as total
        from {{ model }}
        where {{ only_where }}
    ),

    compare_total as (
        select coalesce({{ compare_total or expression }}, 0) as total
        from {{ compare_to }}
        where {{ compare_where }}
    )

    select
        model_total.total as model_total,
        compare_total.total as compare_total
    from model_total
    cross join compare_total
    where model_total.total <> compare_total.total
{% endtest %}

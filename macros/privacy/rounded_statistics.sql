{#-
    A statistic that is no sum (a Gini coefficient, a coefficient of variation), so coarse that one person's value
    cannot be computed from it: the nearest of `steps` parts of 1, as a double.

    A half is rounded up by floor, because round() of a float differs between engines; the tiny addition keeps a
    half that a float holds slightly too low.

    usage: {{ rounded_statistic('gini', 100) }} as gini
-#}
{% macro rounded_statistic(expression, steps) -%}
    floor(cast({{ expression }} as {{ type_double() }}) * {{ steps }} + 0.500000001) / {{ steps }}
{%- endmacro %}


{#- Fewest people behind such a statistic; their number must be shown beside it. -#}
{% macro least_people_of_statistics() -%}
    {{ return([10, 2 * suppression_k()] | max) }}
{%- endmacro %}


{#- Whether one person has more than half of an amount, or two more than three quarters, as for any total; an
    aggregate over people.

    amount: of a person;  place: of the person, 1 for the largest amount -#}
{% macro is_dominated(amount, place) -%}
    max(case when {{ place }} = 1 then {{ amount }} end) * 2 > sum({{ amount }})
        or sum(case when {{ place }} <= 2 then {{ amount }} end) * 4 > sum({{ amount }}) * 3
{%- endmacro %}

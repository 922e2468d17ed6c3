{#-
    Counts of accounts by class: classes under k merge into the next.

    Gives a chain of CTEs that ends in `<name>`: all columns of the relation and, for each class,
        <class>_merged      accounts of the class and of the smaller ones merged into it; NULL when it
                            is merged itself; 0 where nobody is
        <class>_takes_rest  true on the class that also took the last classes, too small and with no
                            next one: they merge into the one before
    Everything is NULL or 0 when all accounts together are fewer than k.

    A carry (the sum when it is under k, else 0) names the carry before it once only: Postgres
    writes these steps into one expression, which would double with every class otherwise.

    relation: CTE with one integer column a class, never NULL
    classes:  their names, in the order in which they merge
    usage:    {{ merged_classes('counts', ['low', 'middle', 'high']) }}, final as (… from merged)
-#}
{% macro merged_classes(relation, classes, name='merged') -%}
{%- set k = suppression_k() -%}
{%- for class in classes -%}
{%- set previous = loop.previtem ~ '_carry' if not loop.first else '0' %}
merging_{{ loop.index }} as (
    select
        *,
        coalesce(nullif(least({{ previous }} + {{ class }}, {{ k }}), {{ k }}), 0) as {{ class }}_carry,
        case
            when {{ previous }} + {{ class }} between 1 and {{ k - 1 }} then null
            else {{ previous }} + {{ class }}
        end as {{ class }}_alone
    from {{ relation if loop.first else 'merging_' ~ (loop.index - 1) }}
),
{% endfor %}
resting as (
    select
        *,
        {%- for class in classes %}
        {{ classes[-1] }}_carry > 0
        and coalesce({{ class }}_alone, 0) > 0
        {%- for later in classes[loop.index:] %}
        and coalesce({{ later }}_alone, 0) = 0
        {%- endfor %} as {{ class }}_takes_rest{{ ',' if not loop.last }}
        {%- endfor %}
    from merging_{{ classes | length }}
),

{{ name }} as (
    select
        *,
        {%- for class in classes %}
        {{ class }}_alone + case when {{ class }}_takes_rest then {{ classes[-1] }}_carry else 0 end
            as {{ class }}_merged{{ ',' if not loop.last }}
        {%- endfor %}
    from resting
)
{%- endmacro %}


{#- Whether any class of the row is merged into another. -#}
{% macro any_merged(classes) -%}
    (
            {%- for class in classes %}
            {{ 'or ' if not loop.first }}{{ class }}_merged is null
            {%- endfor %}
        )
{%- endmacro %}

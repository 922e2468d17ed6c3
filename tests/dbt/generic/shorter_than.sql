{#-
    Fails for every row whose time from one timestamp to another is the given number of hours or
    more, or negative, or unknown.

    starts, ends: timestamp columns
-#}
{% test shorter_than(model, starts, ends, hours) %}
    select
        {{ starts }},
        {{ ends }}
    from {{ model }}
    where not coalesce(
        {{ ends }} >= {{ starts }} and {{ ends }} < {{ dbt.dateadd('hour', hours, starts) }}, false
    )
{% endtest %}

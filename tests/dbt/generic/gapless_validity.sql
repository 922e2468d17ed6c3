{#-
    Fails where half-open spans of one key overlap, are empty, leave a gap, or miss the bounds.

    key:           columns that own a history
    allow_gaps:    spans may leave gaps (breaks in employment)
    covers_always: the first span starts at 1900-01-01 and the last ends at 2199-12-31
-#}
{% test gapless_validity(model, key, allow_gaps=false, covers_always=false) %}
    with spans as (
        select
            {{ key | join(', ') }},
            valid_from,
            valid_to,
            lead(valid_from) over (
                partition by {{ key | join(', ') }}
                order by valid_from, valid_to
            ) as next_valid_from,
            lag(valid_to) over (
                partition by {{ key | join(', ') }}
                order by valid_from, valid_to
            ) as previous_valid_to
        from {{ model }}
    )

    select *
    from spans
    where
        valid_from is null
        or valid_to is null
        or valid_to <= valid_from
        or next_valid_from < valid_to
        {%- if not allow_gaps %}
        or next_valid_from > valid_to
        {%- endif %}
        {%- if covers_always %}
        or (previous_valid_to is null and valid_from <> {{ date_bound('first') }})
        or (next_valid_from is null and valid_to <> {{ date_bound('last') }})
        {%- endif %}
{% endtest %}

{#-
    The rules of a `table_rules` test in the order of its result's columns.

    Each has `kind` (a primary key is `not_null` of each column and `unique` of all), `of` (its columns,
    or the name of the condition), and either `breaks` (true of a row that breaks it) or `counted` (a
    query of the number of rows that break it together).

    arguments: the test's arguments, as the YAML gives them
    relation:  the tested table; needed only by who uses `counted`
-#}
{% macro listed_rules(arguments, relation='') %}
    {%- set rules = [] -%}
    {%- set primary_key = arguments.get('primary_key', []) -%}
    {%- for column in primary_key + arguments.get('not_null', []) -%}
        {%- do rules.append({'kind': 'not_null', 'of': column, 'breaks': column ~ ' is null'}) -%}
    {%- endfor -%}
    {%- for column, values in arguments.get('accepted_values', {}).items() -%}
        {%- do rules.append({
            'kind': 'accepted_values', 'of': column, 'breaks': is_none_of(column, values)
        }) -%}
    {%- endfor -%}
    {%- for column, bounds in arguments.get('accepted_range', {}).items() -%}
        {%- do rules.append({
            'kind': 'accepted_range', 'of': column, 'breaks': is_out_of(column, bounds)
        }) -%}
    {%- endfor -%}
    {%- for name, condition in arguments.get('conditions', {}).items() -%}
        {%- do rules.append({
            'kind': 'condition', 'of': name, 'breaks': 'not coalesce((' ~ condition ~ '), false)'
        }) -%}
    {%- endfor -%}
    {%- for key in ([primary_key] if primary_key else []) + arguments.get('unique', []) -%}
        {%- do rules.append({
            'kind': 'unique', 'of': key | join(', '), 'counted': rows_of_repeated_keys(relation, key)
        }) -%}
    {%- endfor -%}
    {%- set validity = arguments.get('gapless_validity', {}) -%}
    {%- if validity -%}
        {%- do rules.append({
            'kind': 'gapless_validity',
            'of': validity.key | join(', '),
            'counted': rows_beside_a_gap(relation, **validity),
        }) -%}
    {%- endif -%}
    {%- if not rules -%}
        {{ exceptions.raise_compiler_error('table_rules needs a rule') }}
    {%- endif -%}
    {{ return(rules) }}
{% endmacro %}


{#- A value that is not listed. NULL is none: not_null is a rule of its own. -#}
{% macro is_none_of(column, values) %}
    {%- set listed = [] -%}
    {%- for value in values -%}
        {%- do listed.append(dbt.string_literal(dbt.escape_single_quotes(value)) if value is string else value) -%}
    {%- endfor -%}
    {{ return(column ~ ' not in (' ~ listed | join(', ') ~ ')') }}
{% endmacro %}


{#- A value outside the inclusive bounds `min` and `max`, either of which may be left out. NULL is not. -#}
{% macro is_out_of(column, bounds) %}
    {%- set signs = {'min': '<', 'max': '>'} -%}
    {%- set conditions = [] -%}
    {%- for bound, value in bounds.items() -%}
        {%- if bound not in signs -%}
            {{ exceptions.raise_compiler_error('accepted_range takes min and max, not ' ~ bound) }}
        {%- endif -%}
        {%- do conditions.append(column ~ ' ' ~ signs[bound] ~ ' ' ~ value) -%}
    {%- endfor -%}
    {%- if not conditions -%}
        {{ exceptions.raise_compiler_error('accepted_range of ' ~ column ~ ' needs min or max') }}
    {%- endif -%}
    {{ return(conditions | join(' or ')) }}
{% endmacro %}


{#- Rows that share their key with another. NULLs count as equal, so a nullable part of a key is covered. -#}
{% macro rows_of_repeated_keys(relation, key) %}
    select coalesce(sum(occurrences), 0) as failing_rows
    from (
        select count(*) as occurrences
        from {{ relation }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ) as repeated
{% endmacro %}


{#-
    Rows whose half-open span is empty, overlaps the next of its key, leaves a gap before it, or misses
    the bounds.

    key:           columns that own a history
    allow_gaps:    spans may leave gaps (breaks in employment)
    covers_always: the first span starts at 1900-01-01 and the last ends at 2199-12-31
-#}
{% macro rows_beside_a_gap(relation, key, allow_gaps=false, covers_always=false) %}
    select count(*) as failing_rows
    from (
        select
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
        from {{ relation }}
    ) as spans
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
{% endmacro %}

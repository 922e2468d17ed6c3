{#-
    Every rule about the rows of one table, in one test: a test costs a fixed time of every run and reads
    the table. The table is read once for the rules about single rows, and once more for each key and for
    the history.

    The result is one row: a count of the failing rows of each rule, in the order of `listed_rules`, and
    their sum. When it fails, each broken rule is said (`macros/testing/test_materialization.sql`).

    A night asks the same query of each table right after the table is built, as a part of that node
    (`macros/testing/check_rules.sql`).

    primary_key:      columns that are unique together, and none of them NULL
    unique:           further keys, each a list of columns; NULLs count as equal
    not_null:         further columns that have a value in every row
    accepted_values:  column -> the values it may have; NULL passes
    accepted_range:   column -> min, max (inclusive SQL expressions, either may be left out); NULL passes
    conditions:       name -> SQL condition over the columns of a row. An unknown (NULL) result fails as
                      well: a comparison that NULL could hide is no test.
    gapless_validity: key, allow_gaps, covers_always: half-open spans (valid_from, valid_to) of one key follow
                      each other without gap or overlap
-#}
{% test table_rules(
    model,
    primary_key=[],
    unique=[],
    not_null=[],
    accepted_values={},
    accepted_range={},
    conditions={},
    gapless_validity={}
) %}
    {{ config(fail_calc='max(failing_rows)') }}
    {{ count_broken_rules(model, {
        'primary_key': primary_key,
        'unique': unique,
        'not_null': not_null,
        'accepted_values': accepted_values,
        'accepted_range': accepted_range,
        'conditions': conditions,
        'gapless_validity': gapless_validity,
    }) }}
{% endtest %}

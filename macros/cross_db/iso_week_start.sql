{#-
    Monday of the ISO week of a date.

    date_trunc('week') starts on Sunday on some engines, and on others by session settings. Day
    arithmetic from a known Monday (1900-01-01) is the same everywhere. Dates before that day are
    not supported: mod() of a negative number differs between engines.

    usage: {{ iso_week_start('activity_date') }} as week_start
-#}
{% macro iso_week_start(date_expression) -%}
    {%- set days = days_between("cast('1900-01-01' as date)", date_expression) -%}
    {{ add_days(date_expression, '-mod(' ~ days ~ ', 7)') }}
{%- endmacro %}

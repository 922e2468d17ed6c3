{#-
    Whether a period is built (`int_rebuilt_periods`); the reader has it as CTE `rebuilt_periods`.

    period_type: `week` or `month`
    start:       SQL of the period's first day

    usage: where {{ is_rebuilt('week', iso_week_start('activity_date')) }}
-#}
{% macro is_rebuilt(period_type, start) -%}
    {{ start }} in (
        select rebuilt.period_start
        from rebuilt_periods as rebuilt
        where rebuilt.period_type = '{{ period_type }}'
    )
{%- endmacro %}

{#-
    Whole weeks from the first day on which a tool was read to the end of a period; 0 before it.

    usage: {{ weeks_observed('spine.first_day', 'spine.period_end') }} as weeks_observed
-#}
{% macro weeks_observed(first_day, period_end) -%}
    case
            when {{ first_day }} < {{ period_end }}
                then cast(floor({{ days_between(first_day, period_end) }} / 7.0) as {{ dbt.type_int() }})
            else 0
        end
{%- endmacro %}

{#-
    The state of a period, in words that pages and rules share (docs/metrics.md, "Complete periods").

    running:         the period is not over
    not_final:       it is over, and a source may still change it
    partly_observed: it is final, and a source was first read after its first day, or not read at all
    source_missing:  it is over, and a source is dead for it or lost days of it
    complete:        none of these

    Reads `read_periods` with is_over, is_final and is_final_or_dead.
    is_observed: condition under which the sources were read from the period's first day on
-#}
{% macro period_state(is_observed) -%}
    case
            when not read_periods.is_over then 'running'
            when not read_periods.is_final_or_dead then 'not_final'
            when not ({{ is_observed }}) then 'partly_observed'
            when not read_periods.is_final then 'source_missing'
            else 'complete'
        end
{%- endmacro %}

{#- Stages of adoption, each within the one before. -#}
{% macro adoption_stages() -%}
    {{ return(stage_measures() | map(attribute='name') | list) }}
{%- endmacro %}


{#- What `gives_<…>` columns there are: each capability that a measure of use needs. -#}
{% macro usage_capabilities() -%}
    {{ return(usage_measures() | map(attribute='gives') | unique | list) }}
{%- endmacro %}


{#- Metrics that a source may give in one period and not in another: sources come and go. -#}
{% macro period_metrics() -%}
    {{ return([
        'active_people', 'user_messages', 'sessions', 'prompt_chars_mean', 'advanced_session_ratio',
        'acceptance_ratio',
    ] + token_buckets() + ['credits']) }}
{%- endmacro %}


{#- One column of use: the measure as it is, or the ratio of two, behind their masks.

    A ratio is hidden with its parts; per person also where active people are hidden, because people in tools with
    sessions (or messages) are the least that active people can be. -#}
{% macro usage_column(column) -%}
    {%- set people = usage_measures() | selectattr('kind', 'equalto', 'people') | map(attribute='name') | list -%}
    {%- if not column.numerator -%}
        {{ column.name }}
    {%- elif column.denominator in people and column.numerator not in people -%}
        case
            when active_people_hidden = 0 then {{ plain_ratio(column.numerator, column.denominator) }}
        end as {{ column.name }}
    {%- else -%}
        {{ plain_ratio(column.numerator, column.denominator) }} as {{ column.name }}
    {%- endif -%}
{%- endmacro %}

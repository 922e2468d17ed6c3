{#- Version of the rules that give people their segment and their transition; it stands on every row. -#}
{% macro segment_rule_version() -%}
    {{ return(1) }}
{%- endmacro %}


{#- Segments of those who used the tool in the last twelve weeks; the first that fits counts. -#}
{% macro adoption_segments() -%}
    {{ return(['power', 'habitual', 'novice', 'low']) }}
{%- endmacro %}


{#- What a week is beside the one before: the first three are the active people, the last those of the week before
    who are not among them. -#}
{% macro adoption_transitions() -%}
    {{ return(['new', 'retained', 'reactivated', 'lapsed']) }}
{%- endmacro %}

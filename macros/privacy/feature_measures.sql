{#- People by feature of a tool (the item); see usage_measures(). Features overlap, so they are parts of nothing:
    each is a count within the active people of its tool, see wholes() and hide_ties(). -#}
{% macro feature_measures() -%}
    {{ return([measure('feature_people', 'active', kind='people', group='features')]) }}
{%- endmacro %}

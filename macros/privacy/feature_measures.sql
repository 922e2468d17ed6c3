{#- People by feature of a tool (the item); see usage_measures(). Features overlap, so they are parts of nothing:
    each is a count within the active people of its tool, see wholes() and hide_ties(). -#}
{% macro feature_measures() -%}
    {{ return([measure('feature_people', 'active', kind='people', group='features')]) }}
{%- endmacro %}


{#- People by category of tasks (the item), over all tools: each within the active people of all tools, at least the
    people of every feature that stands for the category, at most all of these added up. -#}
{% macro task_measures() -%}
    {{ return([measure('task_people', 'active', kind='people', group='tasks')]) }}
{%- endmacro %}


{#- People active on a day off in any tool, within the active people of all tools. -#}
{% macro rhythm_measures() -%}
    {{ return([measure('day_off_people', 'active', kind='people', group='rhythm')]) }}
{%- endmacro %}

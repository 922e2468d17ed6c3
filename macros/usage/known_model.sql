{#- The known name of a model from its spelling: by `model_aliases` (joined on the lower-case spelling),
    otherwise the spelling in lower case. A vendor that names its model `auto` or `unknown` names none.

    usage: {{ known_model('model_days.model') }} as model -#}
{% macro known_model(spelling) -%}
    nullif(coalesce(model_aliases.model, lower({{ spelling }})), 'unknown')
{%- endmacro %}

{#- The known name of a model from its spelling: by `model_aliases` (joined on model_spelling()), otherwise that
    spelling. A vendor that names its model `auto` or `unknown` names none.

    usage: {{ known_model('model_days.model') }} as model -#}
{% macro known_model(spelling) -%}
    nullif(coalesce(model_aliases.model, {{ model_spelling(spelling) }}), 'unknown')
{%- endmacro %}

{#- The features of a tool that a person can be seen to use, in column order. A feature that a
    vendor does not tell of is NULL in that tool's rows, never false. -#}
{% macro usage_features() -%}
    {{ return([
        'search', 'code', 'images', 'files', 'gpt', 'project',
        'chat', 'agent', 'cli', 'completion', 'review',
        'teams', 'word', 'excel', 'powerpoint', 'outlook', 'onenote', 'loop', 'edge',
        'other',
    ]) }}
{%- endmacro %}


{#- One column `used_<feature>` a feature, in order.
    told: dict of feature -> boolean expression; features that are absent become NULL.
    Usage: {{ feature_columns({'search': dbt.bool_or('used_search')}) }}, -#}
{% macro feature_columns(told) -%}
    {%- for feature in usage_features() -%}
        {%- if feature in told %}
            {{ told[feature] }} as used_{{ feature }}
        {%- else %}
            cast(null as {{ dbt.type_boolean() }}) as used_{{ feature }}
        {%- endif -%}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro %}


{#- The same columns passed on from one relation, or combined over a group (true when any row is).
    -#}
{% macro feature_names(combine=false) -%}
    {%- for feature in usage_features() %}
            {% if combine -%}
            {{ dbt.bool_or('used_' ~ feature) }} as used_{{ feature }}
            {%- else -%}
            used_{{ feature }}
            {%- endif -%}
        {%- if not loop.last %},{% endif -%}
    {%- endfor -%}
{%- endmacro %}


{#- How many features were used; NULL when the vendor tells of none of them. -#}
{% macro count_features() -%}
    case
        when coalesce(
            {%- for feature in usage_features() %}
            used_{{ feature }}{% if not loop.last %},{% endif %}
            {%- endfor %}
        ) is not null then
            {%- for feature in usage_features() %}
            {% if not loop.first %}+ {% endif %}case when used_{{ feature }} then 1 else 0 end
            {%- endfor %}
    end
{%- endmacro %}

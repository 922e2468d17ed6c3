{#- Feature columns of an app of Microsoft 365 Copilot: the app itself is the feature, `bizchat` is
    chat, and an app that we do not know yet is `other`.
    app: expression of the app's slug; told: further features, see feature_columns. -#}
{% macro m365_copilot_app_features(app, told={}) -%}
    {%- set apps = ['teams', 'word', 'excel', 'powerpoint', 'outlook', 'onenote', 'loop', 'edge'] -%}
    {%- set features = dict(told) -%}
    {%- do features.update({'chat': app ~ " = 'bizchat'", 'agent': app ~ " = 'agent'"}) -%}
    {%- for name in apps -%}
        {%- do features.update({name: app ~ " = '" ~ name ~ "'"}) -%}
    {%- endfor -%}
    {%- do features.update({
        'other': app ~ " not in ('bizchat', 'agent', '" ~ apps | join("', '") ~ "')"
    }) -%}
    {{- feature_columns(features) -}}
{%- endmacro %}

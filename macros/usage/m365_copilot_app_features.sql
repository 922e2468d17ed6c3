{#- Features by app of Microsoft 365 Copilot, as a dict of feature -> condition: the app itself is
    the feature, `bizchat` is chat, and an app that we do not know yet is `other`.
    app: expression of the app's slug. -#}
{% macro m365_copilot_app_features(app) -%}
    {%- set apps = [
        'teams', 'word', 'excel', 'powerpoint', 'outlook', 'onenote', 'loop', 'edge',
    ] -%}
    {%- set features = {'chat': app ~ " = 'bizchat'", 'agent': app ~ " = 'agent'"} -%}
    {%- for name in apps -%}
        {%- do features.update({name: app ~ " = '" ~ name ~ "'"}) -%}
    {%- endfor -%}
    {%- do features.update({
        'other': app ~ " not in ('bizchat', 'agent', '" ~ apps | join("', '") ~ "')"
    }) -%}
    {{- return(features) -}}
{%- endmacro %}

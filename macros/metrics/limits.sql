{#- Limits of definitions and their defaults. Written from metrics/rules.yml by `python -m orchestration.kits`. -#}
{% macro definition_limits() -%}
    {{ return({
        'power_user_messages_per_week': '75',
        'power_user_breadth': '3',
        'power_user_top_share': '0.2',
        'dormant_days': '30',
        'under_used_active_days': '4',
    }) }}
{%- endmacro %}

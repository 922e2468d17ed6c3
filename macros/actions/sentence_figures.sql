{#- Figures that sentences of actions name, by area and with type.
    Written from metrics/sentences/*.yml by `python -m orchestration.kits`. -#}
{% macro sentence_figures(area) -%}
    {{ return({
        'adoption': {
            'active_people': 'number',
            'alarm_week': 'date',
            'due_day': 'date',
            'free_month': 'date',
            'free_seats': 'number',
            'headcount': 'number',
            'holders': 'number',
            'licensed_people': 'number',
            'people_reaching': 'number',
            'people_stopping': 'number',
            'people_without': 'number',
            'rollout_day': 'date',
            'seats_to_move': 'number',
            'stage': 'text',
            'target_metric': 'text',
            'weeks_reached': 'number',
        },
        'depth': {
            'median_messages': 'number',
            'median_sessions': 'number',
            'messages_each': 'number',
            'sessions_each': 'number',
            'sessions_each_before': 'number',
        },
        'prompts': {
            'prompts': 'number',
        },
        'models': {
            'company_value': 'number',
            'families': 'text',
        },
        'departments': {
            'active_people': 'number',
            'company_value': 'number',
            'headcount': 'number',
            'median_messages': 'number',
            'median_sessions': 'number',
            'messages_each': 'number',
            'sessions_each': 'number',
        },
        'cost': {
            'cost': 'number',
            'cost_basis': 'text',
            'departments_compared': 'number',
            'months_compared': 'number',
        },
        'trust': {
            'accounts': 'number',
            'stale_through': 'date',
            'thousand_tokens': 'number',
            'unmatched_accounts': 'number',
        },
        'licenses': {
            'idle_cost': 'number',
            'idle_seats': 'number',
            'people_idle': 'number',
            'people_idle_before': 'number',
            'products': 'text',
            'seat_holders': 'number',
            'seats_active': 'number',
        },
        'power_users': {
            'active_people': 'number',
        },
        'tools': {
            'held_licences': 'number',
            'licensed_people': 'number',
        },
    }[area]) }}
{%- endmacro %}

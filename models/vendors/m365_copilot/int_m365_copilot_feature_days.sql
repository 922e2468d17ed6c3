-- grain: one row per account, app and day on which the account used Copilot in the app
{%- set resources = ['m365_copilot.interactions'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}

{{ feature_days_of_parts(
    'int_m365_copilot_session_parts', m365_copilot_app_features('app').keys(), resources
) }}

-- grain: one row per account, feature and day on which the account used the feature in ChatGPT
{%- set resources = ['chatgpt.conversation_messages'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 1}}
) }}

{{ feature_days_of_parts('int_chatgpt_session_parts', chatgpt_features(), resources) }}

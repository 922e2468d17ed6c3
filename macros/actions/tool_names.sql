{#- How sentences name tools, from their kits: a mart reads no seed. -#}
{% macro tool_names() -%}
    {{ return({
        'chatgpt': 'ChatGPT',
        'codex': 'Codex',
        'openai_api': 'OpenAI API',
        'gemini': 'Google Gemini',
        'cursor': 'Cursor',
        'github_copilot': 'GitHub Copilot',
        'm365_copilot': 'Microsoft 365 Copilot',
        'all': 'all tools',
    }) }}
{%- endmacro %}

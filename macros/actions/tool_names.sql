{#- How sentences name tools, from their kits: a mart reads no seed. -#}
{% macro tool_names() -%}
    {{ return({
        'claude': 'Claude',
        'claude_code': 'Claude Code',
        'anthropic_api': 'Claude API',
        'chatgpt': 'ChatGPT',
        'codex': 'Codex',
        'cursor': 'Cursor',
        'gemini': 'Google Gemini',
        'github_copilot': 'GitHub Copilot',
        'm365_copilot': 'Microsoft 365 Copilot',
        'openai_api': 'OpenAI API',
        'gemini_cli': 'Gemini CLI',
        'custom_agent': 'Own agents',
        'api_gateway': 'AI gateway',
        'all': 'all tools',
    }) }}
{%- endmacro %}

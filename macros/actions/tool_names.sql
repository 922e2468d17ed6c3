{#- How sentences name tools, from their kits: a mart reads no seed. -#}
{% macro tool_names() -%}
    {{ return({
        'chatgpt': 'ChatGPT',
        'codex': 'Codex',
        'openai_api': 'OpenAI API',
        'github_copilot': 'GitHub Copilot',
        'm365_copilot': 'Microsoft 365 Copilot',
        'claude': 'Claude',
        'claude_code': 'Claude Code',
        'anthropic_api': 'Claude API',
        'all': 'all tools',
    }) }}
{%- endmacro %}

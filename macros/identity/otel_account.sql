{#- The account of a row of telemetry: its address, else the vendor's id, else the installation, else nobody's. -#}
{% macro otel_account(relation) -%}
    coalesce(
            {{ relation }}.email_token,
            {{ relation }}.anthropic_user_token,
            {{ relation }}.user_token,
            {{ relation }}.device_token,
            'unidentified'
        )
{%- endmacro %}


{#- Its kind. -#}
{% macro otel_account_namespace(relation) -%}
    case
            when {{ relation }}.email_token is not null then 'person-email'
            when {{ relation }}.anthropic_user_token is not null then 'vendor-user/anthropic'
            when {{ relation }}.user_token is not null then 'vendor-user/otel'
            when {{ relation }}.device_token is not null then 'device'
            else 'unidentified'
        end
{%- endmacro %}


{#- Tools whose prompts are told. One account may use several at the same time, so that each has sessions of its own:
    the place in the list keeps their keys apart (`otel_lane`). -#}
{% macro otel_prompt_tools() -%}
    {{ return(['claude_code', 'codex', 'gemini_cli']) }}
{%- endmacro %}


{% macro otel_lane() -%}
    {{ return(2147483648) }}
{%- endmacro %}


{#- Condition: rows of these tools. -#}
{% macro otel_tells_prompts() -%}
    tool in (
        {%- for tool in otel_prompt_tools() %}
        '{{ tool }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

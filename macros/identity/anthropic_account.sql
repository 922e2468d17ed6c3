{#- Token of the account that a row of Anthropic belongs to; with the row's namespace the key in `account_keys`. -#}
{% macro anthropic_account_token(relation) -%}
    coalesce({{ relation }}.actor_token, {{ relation }}.email_token, 'unidentified')
{%- endmacro %}

{#- Condition that joins a row of Anthropic's feeds to `account_keys` under the name `accounts`. -#}
{% macro is_anthropic_account(relation) -%}
{{ relation }}.namespace = accounts.namespace
            and {{ anthropic_account_token(relation) }} = accounts.id_token
{%- endmacro %}

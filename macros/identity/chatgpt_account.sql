{#-
    Which account a ChatGPT row belongs to: namespace and token of its key in `account_keys`.

    A person's own id comes first, the e-mail only where a COSTS row has no id. API keys and
    workspace agents are accounts of their own kind, and are never joined to the person who made
    them. A row with no identifier at all belongs to one account that stays without a person.

    actor_type: column, or the literal 'account_user' where the feed has none (COSTS)
    is_agent:   column, or false
    usage:      account_keys.tool_account_source = 'chatgpt'
                and account_keys.namespace = {{ chatgpt_account_namespace('actor_type', 'false') }}
                and account_keys.id_token = {{ chatgpt_account_token() }}
-#}
{% macro chatgpt_account_namespace(actor_type="'account_user'", is_agent='false') -%}
    case
        when {{ actor_type }} = 'api_key' then 'api-key'
        when {{ is_agent }} then 'agent'
        when user_token is not null then 'vendor-user/chatgpt'
        when email_token is not null then 'person-email'
        else 'unidentified'
    end
{%- endmacro %}

{% macro chatgpt_account_token() -%}
    coalesce(user_token, email_token, 'unidentified')
{%- endmacro %}

{#-
    Token of the account that a row of Codex belongs to; its key in `account_keys` is that of tool_account_source
    'codex'. Rows that name nobody have one account by kind of actor.

    relation:   name of the relation with the row
    actor_type: column, or the literal where the feed has none (analytics)
-#}
{% macro codex_account_token(relation, actor_type="'account_user'") -%}
    coalesce({{ relation }}.user_token, {{ relation }}.email_token, {{ actor_type }})
{%- endmacro %}


{#- Tenants and days of which a feed of Codex has rows: which of two feeds counts. -#}
{% macro codex_days_of(resource) -%}
    select distinct
        tenant,
        day
    from {{ ref('stg_ops__loaded_days') }}
    where source = 'codex' and resource = '{{ resource }}' and status = 'ok'
{%- endmacro %}

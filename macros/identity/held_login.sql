{#- A login as its holder's own, where it has passed from one user to another; else the login itself. -#}
{% macro held_login(login_token, holder_token) -%}
    case
            when {{ holder_token }} is null then {{ login_token }}
            else {{ login_token }} || ' of ' || {{ holder_token }}
        end
{%- endmacro %}

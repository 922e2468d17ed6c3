{#- Why an account has no person, in the order in which small counts merge; the last is the rest. -#}
{% macro unmatched_reasons() -%}
    {{ return([
        'left', 'not_yet_employed', 'concealed_name', 'guest', 'no_hris_match',
        'agent', 'api_key', 'service_account', 'other_reason',
    ]) }}
{%- endmacro %}

{#- Tokens that are priced apart, as a dict of column -> component of the price book: what was sent and
    answered as text, audio or images, at the vendor's ordinary service class. Tokens of another class
    (batch, flex, priority) are in none of them: their list price is another one, and not in the book. -#}
{% macro price_parts() -%}
    {%- set parts = {} -%}
    {%- for kind in ['text', 'audio', 'image'] -%}
        {%- for bucket in ['input', 'cached_input', 'output'] -%}
            {%- do parts.update({
                'list_' ~ kind ~ '_' ~ bucket ~ '_tokens':
                bucket if kind == 'text' else kind ~ '_' ~ bucket
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

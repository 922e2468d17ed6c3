{#-
    Second pseudonym of a token: the first 128 bits of sha256(salt || token), as 32 hex digits.

    The salt is a column of the one-row table ops.person_key_salt, joined by the caller. It must
    never be a literal: SQL text ends up in compiled files, logs and query histories.

    usage: {{ pseudonymize('person_key_salt.salt', 'people.person_token') }} as person_label
-#}
{% macro pseudonymize(salt, token) -%}
    substring({{ sha256_hex(salt ~ ' || ' ~ token) }}, 1, 32)
{%- endmacro %}

{#-
    SHA-256 of a text as 64 lower-case hex digits.

    The function's name, its argument (text or bytes) and its result (hex or bytes) all differ.
    The argument must be text. NULL gives NULL.

    usage: {{ sha256_hex("salt || token") }}
-#}
{% macro sha256_hex(text_expression) %}
    {{- return(adapter.dispatch('sha256_hex', 'ai_usage')(text_expression)) -}}
{% endmacro %}

{% macro default__sha256_hex(text_expression) -%}
    sha2({{ text_expression }}, 256)
{%- endmacro %}

{% macro duckdb__sha256_hex(text_expression) -%}
    sha256({{ text_expression }})
{%- endmacro %}

{% macro postgres__sha256_hex(text_expression) -%}
    encode(sha256(convert_to({{ text_expression }}, 'UTF8')), 'hex')
{%- endmacro %}

{% macro redshift__sha256_hex(text_expression) -%}
    sha2({{ text_expression }}, 256)
{%- endmacro %}

{% macro bigquery__sha256_hex(text_expression) -%}
    to_hex(sha256({{ text_expression }}))
{%- endmacro %}

{% macro trino__sha256_hex(text_expression) -%}
    lower(to_hex(sha256(to_utf8({{ text_expression }}))))
{%- endmacro %}

{% macro clickhouse__sha256_hex(text_expression) -%}
    lower(hex(SHA256({{ text_expression }})))
{%- endmacro %}

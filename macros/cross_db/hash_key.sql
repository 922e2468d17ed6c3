{#-
    A compact text key (32 hex digits) from several columns.

    NULL and the empty text give different keys, and columns cannot run into each other: each part
    is NULL or text behind a mark, with a separator that identifiers do not contain.

    usage: {{ hash_key(['account_key', 'tool', 'started_at']) }} as session_key
-#}
{% macro hash_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append(
            "coalesce('=' || cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '-')"
        ) -%}
    {%- endfor -%}
    substring({{ sha256_hex(parts | join(" || '|' || ")) }}, 1, 32)
{%- endmacro %}

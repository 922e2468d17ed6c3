{#-
    One text, or one compact key (32 hex digits), from several columns.

    NULL and the empty text stay apart, and columns cannot run into each other: each part is a mark
    for NULL, or text behind another mark, with a separator that identifiers do not contain. Compare
    rows by the text where nothing is stored: hashing every row of a year of snapshots costs more
    than the comparison.

    usage: {{ hash_key(['account_key', 'tool', 'started_at']) }} as session_key
           {{ joined_text(['department', 'location']) }} as state
-#}
{% macro hash_key(columns) -%}
    substring({{ sha256_hex(joined_text(columns)) }}, 1, 32)
{%- endmacro %}

{% macro joined_text(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append(
            "coalesce('=' || cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '-')"
        ) -%}
    {%- endfor -%}
    {{- parts | join(" || '|' || ") -}}
{%- endmacro %}

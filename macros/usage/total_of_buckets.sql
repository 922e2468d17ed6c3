{#- Sum of the buckets of one row; NULL when none is given. -#}
{% macro total_of_buckets() -%}
    case
        when coalesce({{ token_buckets() | join(', ') }}) is not null
            then coalesce({{ token_buckets() | join(', 0) + coalesce(') }}, 0)
    end
{%- endmacro %}

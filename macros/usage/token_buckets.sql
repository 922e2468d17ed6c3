{#- The disjoint token buckets in column order; `total_tokens` is their sum. A bucket that the
    vendor does not give is NULL. -#}
{% macro token_buckets() -%}
    {{ return([
        'input_tokens', 'cached_input_tokens', 'cache_write_tokens',
        'output_tokens', 'reasoning_tokens', 'unsplit_tokens',
    ]) }}
{%- endmacro %}


{#- Sum of the buckets of one row; NULL when none is given. -#}
{% macro total_of_buckets() -%}
    case
        when coalesce({{ token_buckets() | join(', ') }}) is not null
            then coalesce({{ token_buckets() | join(', 0) + coalesce(') }}, 0)
    end
{%- endmacro %}

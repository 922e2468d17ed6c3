{#- Stands where an identifier is nobody's own: an address that several people have at a time, a login that stands
    beside addresses of two. It is no person's token, and accounts behind it have no person. -#}
{% macro nobody_token() -%} 'nobody' {%- endmacro %}

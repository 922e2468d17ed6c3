{#- A product as `product_tools` spells it: lower case, blanks and hyphens as underscores, so that
    `Codex CLI` and `codex-cli` are `codex_cli`.

    usage: {{ product_key('token_days.product') }} = product_tools.product -#}
{% macro product_key(product) -%}
    replace(replace(lower(trim({{ product }})), ' ', '_'), '-', '_')
{%- endmacro %}

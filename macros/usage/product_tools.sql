{#-
    The tool of a vendor's product, by the seed `product_tools`; the reader has its rows of one source as CTE
    `product_tools`. A product that we do not know yet is the source's own tool, the row `*`.

    product: column with the product as the vendor writes it
    usage:   select {{ tool_of_product() }} as tool … from token_days {{ join_product_tools('token_days.product') }}
-#}
{% macro join_product_tools(product) -%}
left join product_tools
        on {{ product_key(product) }} = product_tools.product
    left join product_tools as other_products
        on other_products.product = '*'
{%- endmacro %}

{% macro tool_of_product() -%}
    coalesce(product_tools.tool, other_products.tool)
{%- endmacro %}

{#- Money is decimal from the vendor to the mart, with nine decimals; nothing here touches a float.
    The widths of the factors are chosen so that their product fits 38 digits on every engine: wider
    ones overflow on one engine and lose decimals on another. Spark wants one digit more than both factors have
    together; DuckDB multiplies two factors of at most 18 digits each in 18 digits, so one of them is wider. -#}
{% macro type_money() -%}
    decimal(28, 9)
{%- endmacro %}

{#- Sum of money; NULL when every value is. -#}
{% macro total_money(expression) -%}
    cast(sum({{ expression }}) as {{ type_money() }})
{%- endmacro %}

{#- An amount (below 10^12) times a rate (price of a credit, exchange rate; below 10^7), rounded to nine
    decimals. -#}
{% macro multiply_money(amount, rate) -%}
    cast(
        cast({{ amount }} as decimal(21, 9)) * cast({{ rate }} as decimal(16, 9))
        as {{ type_money() }}
    )
{%- endmacro %}

{#- Tokens at a price per million tokens. -#}
{% macro price_tokens(tokens, price_per_mtok) -%}
    cast(
        cast(
            cast({{ tokens }} as decimal(20, 0)) * cast({{ price_per_mtok }} as decimal(17, 9))
            as decimal(30, 9)
        ) * cast('0.000001' as decimal(7, 6)) as {{ type_money() }}
    )
{%- endmacro %}


{#- An amount in the reporting currency, at the joined row of `exchange_rates` (rate of the day);
    NULL when the company's file has no rate for the day: an unconverted amount is not a cost. -#}
{% macro converted_cost(amount, currency) -%}
    case
            when {{ currency }} = '{{ var("reporting_currency") }}' then {{ amount }}
            else {{ multiply_money(amount, 'exchange_rates.rate') }}
        end
{%- endmacro %}


{#- A number of seats at a price each. -#}
{% macro price_seats(seats, price) -%}
    cast(cast({{ price }} as {{ type_money() }}) * cast({{ seats }} as decimal(9, 0)) as {{ type_money() }})
{%- endmacro %}

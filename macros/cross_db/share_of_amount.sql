{#-
    amount × part ÷ whole as a decimal with nine decimals, cut (not rounded) after the ninth.

    Division of decimals gives a float on DuckDB and a result of differing scale elsewhere, and
    money must not pass through a float. Whole billionths are divided instead. Cut, so that
    shares never add up to more than the amount: whoever splits an amount puts the rest on one of
    the shares.
    amount, part, whole: decimals with up to nine decimals, amount and whole below 10^13 and part below 10^6;
    whole 0 gives NULL
    usage: {{ share_of_amount('net_amount', 'credits', 'day_credits') }},
           {{ share_of_amount('price_per_seat_month', 1, days_in_month('seat_date')) }}
-#}
{% macro share_of_amount(amount, part, whole) %}
    {{- return(adapter.dispatch('share_of_amount', 'ai_usage')(amount, part, whole)) -}}
{% endmacro %}

{#- Whole billionths, as on DuckDB, without relying on how far a division is carried: the remainder is taken
    off first, so the division leaves none. The widths keep the product within 38 digits. -#}
{% macro default__share_of_amount(amount, part, whole) -%}
    {%- set product = "cast(cast(" ~ amount ~ " as decimal(28, 9)) * 1000000000 as decimal(22, 0))
                * cast(cast(" ~ part ~ " as decimal(28, 9)) * 1000000000 as decimal(15, 0))" -%}
    {%- set divisor = "nullif(
                cast(cast(" ~ whole ~ " as decimal(28, 9)) * 1000000000 as decimal(22, 0)), 0
            )" -%}
    cast(
        cast(
            (
                {{ product }}
                - mod({{ product }}, {{ divisor }})
            ) / {{ divisor }} as decimal(26, 0)
        ) * cast('0.000000001' as decimal(10, 9)) as decimal(28, 9)
    )
{%- endmacro %}

{#- A numeric holds 29 digits before the point here, too few for the product. -#}
{% macro bigquery__share_of_amount(amount, part, whole) -%}
    cast(
        cast(
            div(
                cast(cast({{ amount }} as numeric) * 1000000000 as bignumeric)
                * cast(cast({{ part }} as numeric) * 1000000000 as bignumeric),
                nullif(cast(cast({{ whole }} as numeric) * 1000000000 as bignumeric), 0)
            ) as numeric
        ) * numeric '0.000000001' as numeric
    )
{%- endmacro %}

{% macro duckdb__share_of_amount(amount, part, whole) -%}
    cast(
        cast(
            (
                cast(cast({{ amount }} as decimal(28, 9)) * 1000000000 as hugeint)
                * cast(cast({{ part }} as decimal(28, 9)) * 1000000000 as hugeint)
            ) // nullif(cast(cast({{ whole }} as decimal(28, 9)) * 1000000000 as hugeint), 0)
            as decimal(28, 0)
        ) * cast('0.000000001' as decimal(10, 9)) as decimal(28, 9)
    )
{%- endmacro %}

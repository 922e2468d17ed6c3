{#-
    Figures and names as the sentences of actions write them, the same on every engine.

    A half is rounded up by floor, because round() of a float differs between engines; the tiny addition
    keeps a half that an engine computed as slightly less a half. Sentences are English; readers' own
    ways of writing figures are the business of whoever shows `metric_value`.

    usage: {{ whole_text('seats') }} 1,508   {{ decimal_text('depth') }} 2.3   {{ percent_text('ratio') }} 78 %
-#}
{% macro whole_text(number) -%}
    {%- set rounded = 'floor(cast(' ~ number ~ ' as ' ~ type_double() ~ ') + 0.500000001)' -%}
    case
            when {{ number }} >= 999999.5
                then {{ digits_text('floor(' ~ rounded ~ ' / 1000000)') }} || ','
                    || {{ three_digits_text('floor(' ~ rounded ~ ' / 1000)') }} || ','
                    || {{ three_digits_text(rounded) }}
            when {{ number }} >= 999.5
                then {{ digits_text('floor(' ~ rounded ~ ' / 1000)') }} || ','
                    || {{ three_digits_text(rounded) }}
            else {{ digits_text(rounded) }}
        end
{%- endmacro %}

{% macro decimal_text(number) -%}
    {%- set tenths = 'floor(cast(' ~ number ~ ' as ' ~ type_double() ~ ') * 10 + 0.500000001)' -%}
    {{ digits_text('floor(' ~ tenths ~ ' / 10)') }} || '.'
            || {{ digits_text(tenths ~ ' - 10 * floor(' ~ tenths ~ ' / 10)') }}
{%- endmacro %}

{% macro percent_text(ratio) -%}
    {{ digits_text('floor(cast(' ~ ratio ~ ' as ' ~ type_double() ~ ') * 100 + 0.500000001)') }} || '%'
{%- endmacro %}

{% macro digits_text(whole_number) -%}
    cast(cast({{ whole_number }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }})
{%- endmacro %}

{#- The last three digits, zeros included. -#}
{% macro three_digits_text(whole_number) -%}
    {%- set thousands = 'floor(' ~ whole_number ~ ' / 1000)' -%}
    substring({{ digits_text('1000 + ' ~ whole_number ~ ' - 1000 * ' ~ thousands) }}, 2, 3)
{%- endmacro %}

{#- Money as the pages write it: $4,670, or CHF 4,670 where the currency has no sign of its own there. -#}
{% macro money_text(amount) -%}
    {%- set currency = var('reporting_currency') -%}
    '{{ {"USD": "$", "EUR": "€", "GBP": "£"}.get(currency, currency ~ " ") }}' || {{ whole_text(amount) }}
{%- endmacro %}

{% macro tool_text(tool) -%}
    case {{ tool }}
        {%- for key, name in tool_names().items() %}
        when '{{ key }}' then '{{ name }}'
        {%- endfor %}
        else {{ tool }}
    end
{%- endmacro %}

{% macro day_text(day) -%}
    cast(cast({{ day }} as date) as {{ dbt.type_string() }})
{%- endmacro %}

{#- A month by name: October 2026. -#}
{% macro month_text(day) -%}
    case substring({{ day_text(day) }}, 6, 2)
        {%- for name in [
            'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
            'November', 'December',
        ] %}
        when '{{ '%02d' | format(loop.index) }}' then '{{ name }}'
        {%- endfor %}
    end || ' ' || substring({{ day_text(day) }}, 1, 4)
{%- endmacro %}

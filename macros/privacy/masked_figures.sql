{#-
    Flags of hidden measures from long cells, one row per figure: `<m>_hidden` is 1 or 0.

    relation: hidden cells;  keys: columns of the figure
-#}
{% macro hidden_flags(relation, keys, measures) -%}
    select
        {{ keys | join(',\n        ') }},
        {%- for measure in measures %}
        max(case when measure = '{{ measure.name }}' then 1 else 0 end) as {{ measure.name }}_hidden
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    group by {{ keys | join(', ') }}
{%- endmacro %}


{#- One measure behind its mask: the figure or NULL, and whether it is hidden. -#}
{% macro masked(measure, figures='figures', flags='flags') -%}
    case
            when coalesce({{ flags }}.{{ measure }}_hidden, 0) = 0 then {{ figures }}.{{ measure }}
        end as {{ measure }},
        coalesce({{ flags }}.{{ measure }}_hidden, 0) as {{ measure }}_hidden
{%- endmacro %}


{#- A ratio as a double; NULL where the denominator is 0 or either is NULL. -#}
{% macro plain_ratio(numerator, denominator) -%}
    cast({{ numerator }} as {{ type_double() }})
                / nullif(cast({{ denominator }} as {{ type_double() }}), 0)
{%- endmacro %}


{#- Whether any of these measures is hidden in the row. -#}
{% macro any_hidden(measures) -%}
    (
            {%- for measure in measures %}
            {{ measure }}_hidden{{ ' +' if not loop.last }}
            {%- endfor %}
        ) > 0
{%- endmacro %}

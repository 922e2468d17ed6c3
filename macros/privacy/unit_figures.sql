{#-
    The CTEs that add up contributions to figures of units with what suppression needs to know.

    Reads the CTE `contributions`: keys and one column per measure, at most one row a contributor.
    Gives the CTE `figures`: keys and, for each measure, its value, `<m>_contributors` (those with a
    share other than zero), and for totals `<m>_largest` and `<m>_second_largest` share.

    Two hash aggregates, the largest and then the largest of the rest: sorting people in every cell
    costs more, and a top-n aggregate is not portable. Two equal largest shares are one and two.

    keys:      columns of a figure; none may be NULL
    measures:  see usage_measures()
    usage:     {{ unit_figures(['period_start', 'unit_key', 'tool'], usage_measures()) }}
-#}
{% macro unit_figures(keys, measures) -%}
{%- set totals = measures | selectattr('kind', 'equalto', 'total') | list -%}
sums as (
    select
        {{ keys | join(',\n        ') }},
        {%- for measure in measures %}
        sum({{ measure.name }}) as {{ measure.name }},
        sum(case when {{ measure.name }} <> 0 then 1 else 0 end) as {{ measure.name }}_contributors
        {{- ',' if measure.kind == 'total' or not loop.last }}
        {%- if measure.kind == 'total' %}
        max({{ measure.name }}) as {{ measure.name }}_largest{{ ',' if not loop.last }}
        {%- endif %}
        {%- endfor %}
    from contributions
    group by {{ keys | join(', ') }}
),

second_shares as (
    select
        {%- for key in keys %}
        sums.{{ key }},
        {%- endfor %}
        {%- for measure in totals %}
        case
            when sum(
                case when contributions.{{ measure.name }} = sums.{{ measure.name }}_largest then 1 else 0 end
            ) > 1 then max(sums.{{ measure.name }}_largest)
            else max(
                case
                    when contributions.{{ measure.name }} < sums.{{ measure.name }}_largest
                        then contributions.{{ measure.name }}
                end
            )
        end as {{ measure.name }}_second_largest{{ ',' if not loop.last }}
        {%- endfor %}
    from contributions
    inner join sums
        on {% for key in keys -%}
            contributions.{{ key }} = sums.{{ key }}
            {%- if not loop.last %}
            and {% endif %}
        {%- endfor %}
    group by {% for key in keys %}sums.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
),

figures as (
    select
        sums.*,
        {%- for measure in totals %}
        second_shares.{{ measure.name }}_second_largest{{ ',' if not loop.last }}
        {%- endfor %}
    from sums
    inner join second_shares
        on {% for key in keys -%}
            sums.{{ key }} = second_shares.{{ key }}
            {%- if not loop.last %}
            and {% endif %}
        {%- endfor %}
)
{%- endmacro %}

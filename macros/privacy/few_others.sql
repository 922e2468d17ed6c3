{#-
    Of a person, 0 or 1: whether they count among a part of the people of their unit.

    The part as it is where it leaves out nobody, or more than k people, of the whole; else the whole. So the
    difference of the two counts is never one to k-1, and where it is zero, nobody to k people are counted in:
    k are possible as well, so that even who knows of one cannot tell that they are fewer than k. The company is
    the sum of its units. NULL where nobody of the unit has a value.

    part, whole: columns that are 1, 0 or NULL. Expects the columns of person_tool_periods.
-#}
{% macro with_few_others(part, whole) -%}
{%- set window -%}
    over (partition by period_type, period_start, unit_key, tool)
{%- endset -%}
    case
            when
                max({{ part }}) {{ window }} is not null
                and sum(
                    case when {{ whole }} = 1 and coalesce({{ part }}, 0) = 0 then 1 else 0 end
                ) {{ window }} <= {{ suppression_k() }}
                then greatest(coalesce({{ part }}, 0), coalesce({{ whole }}, 0))
            else {{ part }}
        end
{%- endmacro %}

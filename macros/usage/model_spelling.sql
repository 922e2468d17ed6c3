{#- What a model's name is looked up by: lower case, without the day of its release (`gpt-5.5-2026-04-23`),
    and of a fine-tuned model only what was tuned (`ft:gpt-4o-2024-08-06:org::id` is `ft:gpt-4o`, which has
    prices of its own). A dated model that is priced apart keeps its day.

    usage: {{ model_spelling('model_days.model') }} = model_aliases.alias -#}
{% macro model_spelling(spelling) -%}
    {%- set plain = 'lower(trim(' ~ spelling ~ '))' -%}
    case
            when {{ plain }} like 'ft:%'
                then {{ dbt.concat(["'ft:'", without_release_day(dbt.split_part(plain, "':'", 2))]) }}
            else {{ without_release_day(plain) }}
        end
{%- endmacro %}


{#- A name without `-2026-04-23` or `-20260423` at its end. -#}
{% macro without_release_day(name) -%}
    case
                    when {{ name }} = 'gpt-4o-2024-05-13' then {{ name }}
                    when {{ name }} like '%-20__-__-__'
                        then substring({{ name }}, 1, length({{ name }}) - 11)
                    when {{ name }} like '%-20______' and {{ name }} not like '%-20%-%'
                        then substring({{ name }}, 1, length({{ name }}) - 9)
                    else {{ name }}
                end
{%- endmacro %}

{#- Measures of user messages by length in characters: short < 50, medium 50 to 200, long > 200.
    A message without text has no length and is in none of them. Expects the column `prompt_chars`.
    -#}
{% macro prompt_length_measures() -%}
            {{ total('prompt_chars') }} as prompt_chars,
            count(prompt_chars) as measured_messages,
            {{ total('case when prompt_chars < 50 then 1 else 0 end') }} as short_messages,
            {{ total('case when prompt_chars between 50 and 200 then 1 else 0 end') }}
                as medium_messages,
            {{ total('case when prompt_chars > 200 then 1 else 0 end') }} as long_messages
{%- endmacro %}

{#- Compact key of a session: its account and the minute it starts. Two sessions of one account
    start more than `session_gap_minutes` apart, so the minute is enough; the same messages give
    the same key in every rebuild. 10^8 minutes reach to the year 2190. NULL when there is no
    session. -#}
{% macro session_key(account_key, started_at) -%}
    cast({{ account_key }} as {{ dbt.type_bigint() }}) * 100000000
            + cast({{ minutes_between("cast('2000-01-01' as timestamp)", started_at) }}
                as {{ dbt.type_bigint() }})
{%- endmacro %}

-- grain: one row per period, person and tool with use, tokens, credits or a seat in the period
-- Sums of days; nothing here looks at events. Who is employed is decided by the reader.
{%- set period_starts = {
    'week': iso_week_start('activity_date'), 'month': month_start('activity_date')
} %}
{%- set day_measures = [
    'user_messages', 'measured_messages', 'short_prompts', 'medium_prompts', 'long_prompts',
    'prompt_chars', 'suggestions_shown', 'suggestions_accepted',
] + token_buckets() + ['credits'] %}
{%- set session_measures = [
    'session_messages', 'sessions', 'known_model_sessions', 'advanced_sessions', 'other_sessions',
] %}
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

seats as (
    select
        person_key,
        tool,
        seat_date as activity_date
    from {{ ref('fct_seats_daily') }}
    where holder_status in ('employed', 'on_leave')
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

parts as (
    {%- for period_type, period_start in period_starts.items() %}
    select
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        person_key,
        tool,
        sum(case when is_active then 1 else 0 end) as active_days,
        0 as seat_days,
        {%- for name in day_measures %}
        sum({{ name }}) as {{ name }},
        {%- endfor %}
        {%- for name in session_measures %}
        cast(null as {{ dbt.type_bigint() }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from usage_days
    where {{ is_rebuilt(period_type, period_start) }}
    group by {{ period_start }}, person_key, tool

    union all

    select
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        person_key,
        tool,
        0 as active_days,
        0 as seat_days,
        {%- for name in day_measures %}
        null as {{ name }},
        {%- endfor %}
        sum(user_messages) as session_messages,
        count(*) as sessions,
        count(is_advanced) as known_model_sessions,
        sum(case when is_advanced then 1 else 0 end) as advanced_sessions,
        sum(case when not is_advanced then 1 else 0 end) as other_sessions
    from sessions
    where {{ is_rebuilt(period_type, period_start) }}
    group by {{ period_start }}, person_key, tool

    union all

    select
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        person_key,
        tool,
        0 as active_days,
        count(distinct activity_date) as seat_days,
        {%- for name in day_measures + session_measures %}
        null as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from seats
    where {{ is_rebuilt(period_type, period_start) }}
    group by {{ period_start }}, person_key, tool
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

final as (
    select
        period_type,
        period_start,
        person_key,
        tool,
        cast(sum(active_days) as {{ dbt.type_int() }}) as active_days,
        cast(sum(seat_days) as {{ dbt.type_int() }}) as seat_days,
        {%- for name in day_measures + session_measures %}
        {% if name == 'credits' -%}
        {{ total_money(name) }} as {{ name }}
        {%- else -%}
        {{ total(name) }} as {{ name }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from parts
    group by period_type, period_start, person_key, tool
)

select * from final

-- grain: one row per period and tool with any use, seat or money in it: what its rows contain
{%- set period_starts = {'week': iso_week_start('day'), 'month': month_start('day')} %}
with people_usage as (
    select * from {{ ref('fct_usage_daily') }}
),

account_usage as (
    select * from {{ ref('fct_unattributed_usage_daily') }}
),

seats as (
    select * from {{ ref('fct_seats_daily') }}
),

{%- set facts = {'people_usage': 'activity_date', 'account_usage': 'activity_date'} %}

tool_days as (
    {%- for relation, day in facts.items() %}
    select
        tool,
        {{ day }} as day,
        max(case when is_active then 1 else 0 end) as is_used,
        max(case when is_active and user_messages is not null then 1 else 0 end) as has_messages,
        {%- for bucket in token_buckets() %}
        max(case when {{ bucket }} is not null then 1 else 0 end) as has_{{ bucket }},
        {%- endfor %}
        max(case when token_basis = 'reported' then 1 else 0 end) as has_tokens,
        max(case when credits is not null then 1 else 0 end) as has_credits,
        0 as has_seats
    from {{ relation }}
    group by tool, {{ day }}

    union all

    {% endfor %}
    select
        tool,
        seat_date as day,
        0 as is_used,
        0 as has_messages,
        {%- for bucket in token_buckets() %}
        0 as has_{{ bucket }},
        {%- endfor %}
        0 as has_tokens,
        0 as has_credits,
        1 as has_seats
    from seats
    group by tool, seat_date
),

-- A row that only carries money (an estimate, a bill) is no data about use.
telling_days as (
    select * from tool_days
    where is_used + has_tokens + has_credits + has_seats > 0
),

final as (
    {%- for period_type, period_start in period_starts.items() %}
    select
        '{{ period_type }}' as period_type,
        {{ period_start }} as period_start,
        tool,
        min(day) as first_day,
        min(case when has_seats = 1 then day end) as first_seat_day,
        min(case when has_tokens = 1 then day end) as first_token_day,
        min(case when has_credits = 1 then day end) as first_credit_day,
        -- NULL in a period without use: nothing speaks against a zero.
        case when max(is_used) = 1 then max(has_messages) = 1 end as has_messages
        {%- for bucket in token_buckets() %},
        case when max(has_tokens) = 1 then max(has_{{ bucket }}) = 1 end as has_{{ bucket }}
        {%- endfor %}
    from telling_days
    group by {{ period_start }}, tool
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
)

select * from final

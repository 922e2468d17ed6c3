-- grain: one row per week, reporting unit, tool, cost basis and judged day: the class of its cost
-- Of departments only days well above the usual.
-- No amount leaves this model (decision 0060). benchmarks/cost_days.py has the same rule in Python and measures
-- how often it is wrong; a test compares the two.
{%- set baseline_first = 35 %}
{%- set baseline_last = 5 %}
{%- set least_days = 8 %}
{%- set days_back = 13 %}
{%- set least_deviation = 0.15 %}
{%- set most_of_a_day = 4 %}
{%- set threshold = 2.6 %}
{%- set high = 1.5 %}
{%- set severe = 4 %}
{%- set more_people = 1.5 %}
{%- set least_people = least_people_of_statistics() %}
{%- set keys = ['week_start', 'unit_key', 'tool', 'cost_basis'] %}
{%- set of_series = 'partition by ' ~ keys | join(', ') %}
{%- set of_day -%}
    partition by {% for key in keys %}days.{{ key }}, {% endfor %}days.usage_date
{%- endset %}
with cost_days as (
    select * from {{ ref('unit_cost_days') }}
),

-- Nothing is judged, nor compared with, that is not itself a sum of ten people or more. Nobody has more than
-- three eighths of a department's: so nobody has half, nor two people three quarters.
days as (
    select
        *,
        ln(amount) as log_amount
    from cost_days
    where
        amount > 0
        and contributors >= {{ least_people }}
        and (unit_key = 'all' or largest_amount * 8 <= amount * 3)
),

-- Working days beside working days, days off beside days off.
compared as (
    select
        {%- for key in keys %}
        days.{{ key }},
        {%- endfor %}
        days.usage_date,
        days.log_amount,
        days.contributors,
        earlier.log_amount as earlier_log_amount,
        earlier.contributors as earlier_contributors,
        row_number() over ({{ of_day }} order by earlier.log_amount, earlier.usage_date) as place,
        count(*) over ({{ of_day }}) as places
    from days
    inner join days as earlier
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}days.{{ key }} = earlier.{{ key }}
            {%- endfor %}
            and days.is_working_day = earlier.is_working_day
            and earlier.usage_date >= {{ add_days('days.usage_date', -baseline_first) }}
            and earlier.usage_date <= {{ add_days('days.usage_date', -baseline_last) }}
    where days.usage_date >= {{ add_days('days.week_start', -days_back) }}
),

baselines as (
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        usage_date,
        max(log_amount) as log_amount,
        max(contributors) as contributors,
        max(places) as days_observed,
        avg(case when place * 2 between places and places + 2 then earlier_log_amount end) as usual_log_amount,
        avg(earlier_contributors) as usual_contributors,
        avg(earlier_log_amount) as mean_log_amount,
        avg(earlier_log_amount * earlier_log_amount) as mean_square
    from compared
    group by {{ keys | join(', ') }}, usage_date
),

-- The baseline's own middle is uncertain as well.
scaled as (
    select
        *,
        sqrt(
            (1 + 1.0 / days_observed)
            * greatest(
                (mean_square - mean_log_amount * mean_log_amount)
                * days_observed / nullif(days_observed - 1, 0),
                {{ least_deviation }} * {{ least_deviation }}
            )
        ) as deviation
    from baselines
    where days_observed >= {{ least_days }}
),

scores as (
    select
        *,
        log_amount - usual_log_amount as log_ratio,
        least((log_amount - usual_log_amount) / deviation, {{ most_of_a_day }}) as score
    from scaled
),

-- The mean of three judged days: a single strange day is no runaway.
runs as (
    select
        *,
        avg(score) over (
            {{ of_series }} order by usage_date rows between 2 preceding and current row
        ) as mean_score,
        avg(log_ratio) over (
            {{ of_series }} order by usage_date rows between 2 preceding and current row
        ) as mean_log_ratio,
        lag(usage_date, 2) over ({{ of_series }} order by usage_date) as first_date
    from scores
),

judged as (
    select
        *,
        mean_score >= {{ threshold }} and log_ratio >= ln({{ high }}) as is_high
    from runs
    where
        usage_date >= week_start
        and first_date >= {{ add_days('usage_date', -days_back) }}
),

final as (
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        usage_date,
        case
            when not is_high then 'usual'
            when mean_log_ratio >= ln({{ severe }}) then 'severe'
            else 'high'
        end as severity,
        case
            when is_high and contributors >= usual_contributors * {{ more_people }} then 'more_people'
            when is_high then 'more_per_person'
        end as reason
    from judged
    where unit_key = 'all' or is_high
)

select * from final

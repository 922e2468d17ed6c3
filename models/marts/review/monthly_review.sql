-- grain: one row per complete month, department (reporting unit), tool and metric: what moved beyond its noise
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
{{ config(tags=['derived']) }}
{%- set metrics = [
    'active_ratio', 'licensed_active_ratio', 'sessions_per_active_person', 'messages_per_session',
    'prompt_chars_mean', 'advanced_session_ratio',
] %}
{#- Means over departments: the metric, and what it is weighted with. -#}
{%- set weighted = {'active_ratio': 'headcount', 'messages_per_session': 'sessions'} %}
{#- Limits of an XmR chart: three times the mean moving range over the constant d2 of two values. -#}
{%- set limits = '3 / 1.128' %}
{%- set least_weeks_now = 2 %}
{%- set least_weeks_before = 4 %}
{%- set least_ranges = 6 %}
with people_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where is_complete_week and department_key not in ('other', 'unattributed')
),

token_weeks as (
    select * from {{ ref('department_tokens_weekly') }}
    where is_complete_week and tool <> 'all' and department_key not in ('other', 'unattributed')
),

department_months as (
    select
        department_usage_monthly.*,
        {{ month_start(add_days('month_start', -80)) }} as three_months_before
    from {{ ref('department_usage_monthly') }} as department_usage_monthly
    where is_complete_month and department_key <> 'unattributed'
),

months as (
    select
        tool,
        month_start,
        three_months_before
    from department_months
    where department_key = 'all'
),

-- A week belongs to the month of its Thursday.
figures as (
    {%- for metric in metrics %}
    select
        '{{ metric }}' as metric,
        department_key,
        department_name,
        tool,
        week_start,
        {{ month_start(add_days('week_start', 3)) }} as month_of_week,
        cast({{ metric }} as {{ type_double() }}) as figure
    from people_weeks
    where {{ metric }} is not null

    union all
{% endfor %}
    select
        'credits' as metric,
        department_key,
        department_name,
        tool,
        week_start,
        {{ month_start(add_days('week_start', 3)) }} as month_of_week,
        cast(credits as {{ type_double() }}) as figure
    from token_weeks
    where credits is not null
),

in_order as (
    select
        figures.*,
        lag(figure) over (partition by metric, department_key, tool order by week_start) as figure_before,
        lag(week_start) over (partition by metric, department_key, tool order by week_start) as week_before
    from figures
),

-- Of two neighbouring weeks, how far apart they are.
ranged as (
    select
        in_order.*,
        case
            when week_before = {{ add_days('week_start', -7) }}
                then greatest(figure - figure_before, figure_before - figure)
        end as moving_range
    from in_order
),

spans as (
    select
        ranged.metric,
        ranged.department_key,
        ranged.department_name,
        ranged.tool,
        months.month_start,
        ranged.figure,
        ranged.moving_range,
        ranged.month_of_week = months.month_start as is_now
    from ranged
    inner join months
        on
            ranged.tool = months.tool
            and ranged.month_of_week >= months.three_months_before
            and ranged.month_of_week <= months.month_start
),

compared as (
    select
        metric,
        department_key,
        max(department_name) as department_name,
        tool,
        month_start,
        avg(case when is_now then figure end) as mean_now,
        avg(case when not is_now then figure end) as mean_before,
        sum(case when is_now then 1 else 0 end) as weeks_now,
        sum(case when not is_now then 1 else 0 end) as weeks_before,
        avg(moving_range) as mean_range,
        count(moving_range) as ranges
    from spans
    group by metric, department_key, tool, month_start
),

moves as (
    select
        compared.*,
        mean_now - mean_before as difference,
        greatest(mean_now - mean_before, mean_before - mean_now) as distance,
        {{ limits }} * mean_range as usual_range
    from compared
    where
        weeks_now >= {{ least_weeks_now }}
        and weeks_before >= {{ least_weeks_before }}
        and ranges >= {{ least_ranges }}
),

-- What a mean over departments moved by: because departments changed, or because their shares of it did.
parts as (
    {%- for metric, weight in weighted.items() %}
    select
        '{{ metric }}' as metric,
        department_key,
        tool,
        month_start,
        three_months_before,
        cast({{ metric }} as {{ type_double() }}) as rate,
        cast({{ weight }} as {{ type_double() }}) as weight
    from department_months
    where department_key <> 'all'
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

-- Only where every department shows both: a sum without one of them is no mean of the company.
wholes as (
    select
        metric,
        tool,
        month_start,
        max(three_months_before) as three_months_before,
        count(*) as departments,
        sum(weight) as all_weight,
        sum(rate * weight) / nullif(sum(weight), 0) as all_rate
    from parts
    group by metric, tool, month_start
    having count(*) = count(rate * weight)
),

shares as (
    select
        parts.metric,
        parts.department_key,
        parts.tool,
        parts.month_start,
        wholes.three_months_before,
        wholes.departments,
        wholes.all_rate,
        parts.rate,
        parts.weight / nullif(wholes.all_weight, 0) as weight
    from parts
    inner join wholes
        on
            parts.metric = wholes.metric
            and parts.tool = wholes.tool
            and parts.month_start = wholes.month_start
),

effects as (
    select
        latest.metric,
        latest.department_key,
        latest.tool,
        latest.month_start,
        latest.departments,
        (latest.weight + earlier.weight) / 2 * (latest.rate - earlier.rate) as rate_effect,
        (latest.weight - earlier.weight)
        * ((latest.rate + earlier.rate) / 2 - (latest.all_rate + earlier.all_rate) / 2) as mix_effect
    from shares as latest
    inner join shares as earlier
        on
            latest.metric = earlier.metric
            and latest.department_key = earlier.department_key
            and latest.tool = earlier.tool
            and latest.three_months_before = earlier.month_start
            and latest.departments = earlier.departments
),

all_effects as (
    select
        metric,
        department_key,
        tool,
        month_start,
        rate_effect,
        mix_effect
    from effects

    union all

    select
        metric,
        'all' as department_key,
        tool,
        month_start,
        sum(rate_effect) as rate_effect,
        sum(mix_effect) as mix_effect
    from effects
    group by metric, tool, month_start
    having count(*) = max(departments)
),

final as (
    select
        moves.department_key,
        moves.department_name,
        moves.tool,
        moves.month_start,
        moves.metric,
        moves.mean_now,
        moves.mean_before,
        moves.difference,
        moves.usual_range,
        moves.distance / nullif(moves.usual_range, 0) as times_usual,
        case
            when moves.distance <= moves.usual_range then 'same'
            when moves.difference > 0 then 'up'
            else 'down'
        end as way,
        case
            when moves.distance > moves.usual_range
                then cast(row_number() over (
                    partition by moves.month_start
                    order by
                        case when moves.distance > moves.usual_range then 0 else 1 end asc,
                        coalesce(moves.distance / nullif(moves.usual_range, 0), 1000000) desc,
                        moves.department_key asc, moves.tool asc, moves.metric asc
                ) as {{ dbt.type_bigint() }})
        end as priority,
        all_effects.rate_effect,
        all_effects.mix_effect,
        cast(moves.weeks_before as {{ dbt.type_bigint() }}) as weeks_observed,
        true as is_complete_month
    from moves
    left join all_effects
        on
            moves.metric = all_effects.metric
            and moves.department_key = all_effects.department_key
            and moves.tool = all_effects.tool
            and moves.month_start = all_effects.month_start
)

select * from final

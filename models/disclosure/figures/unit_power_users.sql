-- grain: one row per month, reporting unit (company included) and tool: exact power users, their shares
-- A power user of a month was one in at least one finished week whose Thursday lies in the month, and is
-- active in that month.
{%- set keys = ['month_start', 'unit_key', 'tool'] %}
{%- set measures = power_measures() %}
with finished_weeks as (
    select period_start as week_start
    from {{ ref('int_rebuilt_periods') }}
    where period_type = 'week' and is_over
),

power_users as (
    select power_weeks.*
    from {{ ref('fct_power_users_weekly') }} as power_weeks
    inner join finished_weeks
        on power_weeks.week_start = finished_weeks.week_start
),

person_months as (
    select * from {{ ref('person_tool_periods') }}
    where period_type = 'month' and active_people = 1
),

power_months as (
    select
        {{ month_start(add_days('week_start', 3)) }} as month_start,
        person_key,
        tool
    from power_users
    where is_power_user
    group by {{ month_start(add_days('week_start', 3)) }}, person_key, tool
),

observed_months as (
    select
        {{ month_start(add_days('week_start', 3)) }} as month_start,
        tool,
        count(distinct case when is_power_user is not null then week_start end) as weeks_observed
    from power_users
    group by {{ month_start(add_days('week_start', 3)) }}, tool
),

people as (
    select
        person_months.period_start as month_start,
        person_months.person_key,
        person_months.unit_key,
        person_months.tool,
        case when power_months.person_key is not null then 1 else 0 end as power_people,
        coalesce(person_months.user_messages, 0) as messages,
        {{ total_of_buckets() }} as tokens
    from person_months
    left join power_months
        on
            person_months.period_start = power_months.month_start
            and person_months.person_key = power_months.person_key
            and person_months.tool = power_months.tool
),

shares as (
    select
        month_start,
        person_key,
        unit_key,
        tool,
        power_people,
        messages as sender_messages,
        messages * power_people as power_messages,
        messages * (1 - power_people) as other_messages,
        tokens as sender_tokens,
        tokens * power_people as power_tokens,
        tokens * (1 - power_people) as other_tokens
    from people
),

contributions as (
    select * from shares
    where unit_key is not null

    union all

    select
        month_start,
        person_key,
        'all' as unit_key,
        tool,
        {%- for measure in measures %}
        {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from shares
),

{{ unit_figures(keys, measures) }},

final as (
    select
        figures.*,
        coalesce(observed_months.weeks_observed, 0) as weeks_observed
    from figures
    left join observed_months
        on
            figures.month_start = observed_months.month_start
            and figures.tool = observed_months.tool
)

select * from final

-- Fails where two shown figures of a row tell that one to k-1 people do not do something: who are employed
-- and not active, hold a seat and do not use it, reached one stage and not the next. Ratios are read back as
-- the counts that they are made of. Published columns alone, as a reader has them.
{{ config(tags=['audit']) }}
{%- set k = [var('suppression_k') | int, 5] | max %}
{%- set stages = ['assigned', 'first_use', 'repeat_use', 'habitual', 'deep'] %}
{%- set of_use = {
    'active_people': 'active_people',
    'people of the active ratio': 'round(active_ratio * headcount)',
    'people of the sessions': 'round(sessions / nullif(sessions_per_active_person, 0))',
    'people of the messages': 'round(user_messages / nullif(messages_per_active_person, 0))',
    'licensed_people': 'licensed_people',
    'active people with a licence': 'round(licensed_active_ratio * licensed_people)',
} %}
with usage_weeks as (
    select * from {{ ref('department_usage_weekly') }}
),

usage_months as (
    select * from {{ ref('department_usage_monthly') }}
),

seat_months as (
    select * from {{ ref('license_utilization_monthly') }}
),

funnel_weeks as (
    select * from {{ ref('adoption_funnel_weekly') }}
),

power_months as (
    select * from {{ ref('power_users_monthly') }}
),

feature_months as (
    select * from {{ ref('feature_usage_monthly') }}
),

task_months as (
    select * from {{ ref('task_mix_monthly') }}
),

rhythm_months as (
    select * from {{ ref('usage_rhythm_monthly') }}
),

tier_months as (
    select * from {{ ref('token_tiers_monthly') }}
),

-- Who reaches a tier, or a higher one, with and without cache reads; told where all of these tiers are shown.
reached as (
    select
        department_key,
        month_start,
        tier_key,
        people_with_tokens,
        sum(people) over (
            partition by department_key, month_start
            order by tier_key desc
            rows between unbounded preceding and current row
        ) as people,
        sum(people_without_cache_reads) over (
            partition by department_key, month_start
            order by tier_key desc
            rows between unbounded preceding and current row
        ) as people_without_cache_reads,
        sum(case when people is null or people_without_cache_reads is null then 1 else 0 end) over (
            partition by department_key, month_start
            order by tier_key desc
            rows between unbounded preceding and current row
        ) as hidden_tiers
    from tier_months
),

pairs as (
    {%- for relation, start in {'usage_weeks': 'week_start', 'usage_months': 'month_start'}.items() %}
    {%- for name, count in of_use.items() %}
    select
        '{{ name }} of {{ relation }}' as part,
        department_key,
        tool,
        {{ start }} as period_start,
        headcount as people,
        {{ count }} as people_in_it
    from {{ relation }}

    union all
    {% endfor %}
    {%- for name in ['people of the sessions', 'people of the messages', 'active people with a licence'] %}
    select
        '{{ name }}, active, of {{ relation }}' as part,
        department_key,
        tool,
        {{ start }} as period_start,
        active_people as people,
        {{ of_use[name] }} as people_in_it
    from {{ relation }}

    union all
    {% endfor %}
    {%- for name in ['active_people', 'active people with a licence'] %}
    select
        '{{ name }}, licensed, of {{ relation }}' as part,
        department_key,
        tool,
        {{ start }} as period_start,
        licensed_people as people,
        {{ of_use[name] }} as people_in_it
    from {{ relation }}

    union all
    {% endfor %}
    {%- endfor %}
    {%- for count in ['seats_active', 'round(utilization_ratio * seat_holders)'] %}
    select
        'seats_active' as part,
        department_key,
        product as tool,
        month_start as period_start,
        seat_holders as people,
        {{ count }} as people_in_it
    from seat_months

    union all
    {% endfor %}
    {%- for class in seat_classes() %}
    select
        '{{ class }}' as part,
        department_key,
        product as tool,
        month_start as period_start,
        seat_holders as people,
        {{ class }} as people_in_it
    from seat_months

    union all
    {% endfor %}
    {%- for stage in stages %}
    {%- for later in stages[loop.index:] %}
    select
        '{{ later }} of {{ stage }}' as part,
        department_key,
        tool,
        week_start as period_start,
        {{ stage }} as people,
        {{ later }} as people_in_it
    from funnel_weeks

    union all
    {% endfor %}
    {%- endfor %}
    {%- for stage in ['assigned', 'first_use'] %}
    select
        'active people of {{ stage }}' as part,
        funnel_weeks.department_key,
        funnel_weeks.tool,
        funnel_weeks.week_start as period_start,
        funnel_weeks.{{ stage }} as people,
        usage_weeks.active_people as people_in_it
    from funnel_weeks
    inner join usage_weeks
        on
            funnel_weeks.department_key = usage_weeks.department_key
            and funnel_weeks.tool = usage_weeks.tool
            and funnel_weeks.week_start = usage_weeks.week_start

    union all
    {% endfor %}
    -- What is bought and not assigned tells how many are.
    select
        'assigned seats' as part,
        department_key,
        product as tool,
        month_start as period_start,
        purchased as people,
        unassigned as people_in_it
    from seat_months

    union all

    select
        'used' as part,
        department_key,
        product as tool,
        month_start as period_start,
        seats_active as people,
        used as people_in_it
    from seat_months

    union all

    select
        'power_users' as part,
        power_months.department_key,
        power_months.tool,
        power_months.month_start as period_start,
        usage_months.active_people as people,
        power_months.power_users as people_in_it
    from power_months
    inner join usage_months
        on
            power_months.department_key = usage_months.department_key
            and power_months.tool = usage_months.tool
            and power_months.month_start = usage_months.month_start

    union all

    select
        'feature' as part,
        feature_months.department_key,
        feature_months.tool,
        feature_months.month_start as period_start,
        usage_months.active_people as people,
        feature_months.people as people_in_it
    from feature_months
    inner join usage_months
        on
            feature_months.department_key = usage_months.department_key
            and feature_months.tool = usage_months.tool
            and feature_months.month_start = usage_months.month_start

    union all

    select
        'task' as part,
        task_months.department_key,
        'all' as tool,
        task_months.month_start as period_start,
        usage_months.active_people as people,
        task_months.people as people_in_it
    from task_months
    inner join usage_months
        on
            task_months.department_key = usage_months.department_key
            and task_months.month_start = usage_months.month_start
    where usage_months.tool = 'all'

    union all

    select
        'days off' as part,
        rhythm_months.department_key,
        'all' as tool,
        rhythm_months.month_start as period_start,
        usage_months.active_people as people,
        rhythm_months.day_off_people as people_in_it
    from rhythm_months
    inner join usage_months
        on
            rhythm_months.department_key = usage_months.department_key
            and rhythm_months.month_start = usage_months.month_start
    where usage_months.tool = 'all'

    union all

    select
        'tokens' as part,
        tier_months.department_key,
        'all' as tool,
        tier_months.month_start as period_start,
        usage_months.active_people as people,
        tier_months.people_with_tokens as people_in_it
    from tier_months
    inner join usage_months
        on
            tier_months.department_key = usage_months.department_key
            and tier_months.month_start = usage_months.month_start
    where usage_months.tool = 'all'

    union all

    select
        'tier without cache reads' as part,
        department_key,
        'all' as tool,
        month_start as period_start,
        people,
        people_without_cache_reads as people_in_it
    from reached
    where hidden_tiers = 0
),

final as (
    select * from pairs
    where people_in_it > 0 and people - people_in_it between 1 and {{ k - 1 }}
)

select * from final

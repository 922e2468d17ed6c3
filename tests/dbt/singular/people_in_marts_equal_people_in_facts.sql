-- Fails where the exact company figure of a week differs from the facts: what goes in comes out.
-- Exact figures, before masks: a mart cannot be compared where it hides.
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
),

people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

figures as (
    select * from {{ ref('unit_figures_of_people') }}
    where period_type = 'week' and unit_key = 'all' and tool = 'all'
),

facts as (
    select
        people.period_start,
        count(distinct case when usage_days.is_active then usage_days.person_key end) as active_people,
        sum(usage_days.user_messages) as user_messages
    from usage_days
    inner join people
        on
            {{ iso_week_start('usage_days.activity_date') }} = people.period_start
            and usage_days.person_key = people.person_key
    group by people.period_start
),

all_days as (
    select
        {{ iso_week_start('activity_date') }} as period_start,
        sum(user_messages) as user_messages
    from usage_days
    group by {{ iso_week_start('activity_date') }}
),

final as (
    select
        facts.period_start,
        facts.active_people,
        figures.active_people as figure_active_people
    from facts
    inner join all_days
        on facts.period_start = all_days.period_start
    left join figures
        on facts.period_start = figures.period_start
    where
        coalesce(figures.active_people, 0) <> facts.active_people
        or coalesce(figures.user_messages, 0) <> coalesce(facts.user_messages, 0)
        or coalesce(all_days.user_messages, 0) <> coalesce(facts.user_messages, 0)
)

select * from final

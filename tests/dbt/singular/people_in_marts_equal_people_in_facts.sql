-- Fails where the exact company figure of a week differs from the facts: what goes in comes out.
-- Exact figures, before masks: a mart cannot be compared where it hides. Before the first day of a tool in a
-- week is read, its figures are NULL, whatever rows of an unfinished day there are.
with tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week' and gives_active
),

usage_days as (
    select
        usage_daily.person_key,
        usage_daily.is_active,
        tool_periods.period_start,
        case when tool_periods.gives_messages then usage_daily.user_messages end as user_messages
    from {{ ref('fct_usage_daily') }} as usage_daily
    inner join tool_periods
        on
            usage_daily.tool = tool_periods.tool
            and {{ iso_week_start('usage_daily.activity_date') }} = tool_periods.period_start
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
            usage_days.period_start = people.period_start
            and usage_days.person_key = people.person_key
    group by people.period_start
),

all_days as (
    select
        period_start,
        sum(user_messages) as user_messages
    from usage_days
    group by period_start
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

-- grain: one row per complete week, department (reporting unit), tool and series that is watched
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
-- A CUSUM of the log ratio of a department to the rest of the company (decision 0053). benchmarks/alarms.py has
-- the same rule in Python and measures how often it is wrong; a test compares the two.
{{ config(tags=['derived']) }}
{#- Weeks of the baseline (those between the two numbers before the week), and how many of them it needs. -#}
{%- set baseline_first = 18 %}
{%- set baseline_last = 7 %}
{%- set least_weeks = 8 %}
{%- set slack = 0.5 %}
{%- set most_of_a_week = 3 %}
{%- set weeks_back = 7 %}
{%- set threshold = 6.2 %}
{%- set least_active = 10 %}
{%- set least_deviations = {'credits': 0.1, 'messages_per_session': 0.05} %}
{%- set rule_version = 1 %}
{%- set over_baseline = 'partition by series, department_key, tool order by week_start rows between '
    ~ baseline_first ~ ' preceding and ' ~ baseline_last ~ ' preceding' %}
with people_weeks as (
    select * from {{ ref('department_usage_weekly') }}
    where tool = 'all' and is_complete_week
),

token_weeks as (
    select * from {{ ref('department_tokens_weekly') }}
    where tool <> 'all' and is_complete_week
),

-- What is watched: people who use any tool and their messages per session, for a fall; credits of each tool,
-- for a rise. A department's messages per session are set beside those of the company.
figures as (
    select
        'active_people' as series,
        -1 as direction,
        department_key,
        department_name,
        tool,
        week_start,
        cast(active_people as {{ type_double() }}) as figure,
        cast(headcount as {{ type_double() }}) as base,
        is_suppressed
    from people_weeks

    union all

    select
        'messages_per_session' as series,
        -1 as direction,
        department_key,
        department_name,
        tool,
        week_start,
        cast(messages_per_session as {{ type_double() }}) as figure,
        cast(null as {{ type_double() }}) as base,
        is_suppressed
    from people_weeks

    union all

    select
        'credits' as series,
        1 as direction,
        department_key,
        department_name,
        tool,
        week_start,
        cast(credits as {{ type_double() }}) as figure,
        cast(null as {{ type_double() }}) as base,
        is_suppressed
    from token_weeks
),

company as (
    select * from figures
    where department_key = 'all'
),

-- Series that the company row shows at all: tools without credits have none.
watched_series as (
    select
        series,
        tool
    from company
    where figure is not null
    group by series, tool
),

beside_the_rest as (
    select
        figures.*,
        case
            when figures.series = 'messages_per_session' then company.figure
            else company.figure - figures.figure
        end as rest,
        company.base - figures.base as rest_base
    from figures
    inner join watched_series
        on
            figures.series = watched_series.series
            and figures.tool = watched_series.tool
    left join company
        on
            figures.series = company.series
            and figures.tool = company.tool
            and figures.week_start = company.week_start
    where figures.department_key not in ('all', 'other', 'unattributed')
),

-- A half is added to counts of people, so that a department of which nobody was active has a logarithm.
shares as (
    select
        beside_the_rest.*,
        case when series = 'active_people' then (figure + 0.5) / (base + 1) else figure end as share,
        case when series = 'active_people' then (rest + 0.5) / (rest_base + 1) else rest end as rest_share
    from beside_the_rest
),

-- The variance of the logarithm of a share of so many people, if each of them decides alone.
measured as (
    select
        series,
        direction,
        department_key,
        tool,
        week_start,
        figure,
        share / rest_share as ratio,
        ln(share / rest_share) as log_ratio,
        case
            when series = 'active_people'
                then (1 - share) / (figure + 0.5) + (1 - rest_share) / (rest + 0.5)
            {%- for name, least in least_deviations.items() %}
            when series = '{{ name }}' then {{ least }} * {{ least }}
            {%- endfor %}
        end as least_variance
    from shares
    where share > 0 and rest_share > 0 and (series <> 'active_people' or (base >= figure and rest_base >= rest))
),

baselines as (
    select
        measured.*,
        count(*) over ({{ over_baseline }}) as weeks_observed,
        avg(figure) over ({{ over_baseline }}) as usual_figure,
        avg(ratio) over ({{ over_baseline }}) as usual_ratio,
        avg(log_ratio) over ({{ over_baseline }}) as usual_log_ratio,
        avg(log_ratio * log_ratio) over ({{ over_baseline }}) as usual_square,
        avg(least_variance) over ({{ over_baseline }}) as usual_least_variance
    from measured
),

-- The baseline's own mean is uncertain as well, and its spread at least that of people who decide alone.
scaled as (
    select
        baselines.*,
        sqrt(
            (1 + 1.0 / weeks_observed)
            * greatest(
                (usual_square - usual_log_ratio * usual_log_ratio)
                * weeks_observed / nullif(weeks_observed - 1, 0),
                usual_least_variance
            )
        ) as deviation
    from baselines
    where
        weeks_observed >= {{ least_weeks }}
        and (series <> 'active_people' or usual_figure >= {{ least_active }})
),

-- One week counts for no more than three deviations: a single strange week is no alarm.
steps as (
    select
        scaled.*,
        least(direction * (log_ratio - usual_log_ratio) / deviation, {{ most_of_a_week }})
        - {{ slack }} as step,
        row_number() over (partition by series, department_key, tool order by week_start) as place
    from scaled
),

sums as (
    select
        steps.*,
        sum(step) over (
            partition by series, department_key, tool order by week_start
            rows between unbounded preceding and current row
        ) as sum_through,
        sum(step) over (
            partition by series, department_key, tool order by week_start
            rows between unbounded preceding and current row
        ) - step as sum_before
    from steps
),

-- The largest sum of any run of weeks that ends with this one: what was added up, less the least before a start
runs as (
    select
        sums.*,
        min(sum_before) over (
            partition by series, department_key, tool order by week_start
            rows between {{ weeks_back }} preceding and current row
        ) as least_before
    from sums
),

judged as (
    select
        runs.*,
        greatest(sum_through - least_before, 0) as statistic
    from runs
),

-- Since when: the latest start that gives this sum, and what the ratio was from then on.
starts as (
    select
        judged.series,
        judged.department_key,
        judged.tool,
        judged.week_start,
        max(earlier.week_start) as since_week
    from judged
    inner join judged as earlier
        on
            judged.series = earlier.series
            and judged.department_key = earlier.department_key
            and judged.tool = earlier.tool
            and earlier.place between judged.place - {{ weeks_back }} and judged.place
            and earlier.sum_before <= judged.least_before + 0.000000001
    where judged.statistic >= {{ threshold }}
    group by judged.series, judged.department_key, judged.tool, judged.week_start
),

sizes as (
    select
        starts.series,
        starts.department_key,
        starts.tool,
        starts.week_start,
        starts.since_week,
        avg(judged.ratio) as ratio_since
    from starts
    inner join judged
        on
            starts.series = judged.series
            and starts.department_key = judged.department_key
            and starts.tool = judged.tool
            and judged.week_start between starts.since_week and starts.week_start
    group by starts.series, starts.department_key, starts.tool, starts.week_start, starts.since_week
),

final as (
    select
        shares.department_key,
        shares.department_name,
        shares.tool,
        shares.week_start,
        shares.series,
        shares.figure,
        judged.log_ratio,
        judged.usual_log_ratio,
        cast(judged.weeks_observed as {{ dbt.type_bigint() }}) as weeks_observed,
        judged.statistic,
        cast({{ threshold }} as {{ type_double() }}) as threshold,
        judged.statistic >= {{ threshold }} as is_alarm,
        sizes.since_week,
        sizes.ratio_since / judged.usual_ratio - 1 as size,
        cast({{ rule_version }} as {{ dbt.type_int() }}) as rule_version,
        true as is_complete_week,
        shares.is_suppressed
    from shares
    left join judged
        on
            shares.series = judged.series
            and shares.department_key = judged.department_key
            and shares.tool = judged.tool
            and shares.week_start = judged.week_start
    left join sizes
        on
            judged.series = sizes.series
            and judged.department_key = sizes.department_key
            and judged.tool = sizes.tool
            and judged.week_start = sizes.week_start
)

select * from final

-- grain: one row per week, person employed in it and tool (`all` included) with messages in 28 days
-- Volume, breadth and rank over the 28 days that end with the week; all three make a power user.
{%- set weeks_in_window = 4 %}
with person_weeks as (
    select * from {{ ref('person_tool_weeks') }}
),

people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

tool_periods as (
    select * from {{ ref('tool_periods') }}
    where period_type = 'week'
),

thresholds as (
    select * from {{ ref('int_thresholds') }}
),

week_offsets as (
    {{ integer_series(weeks_in_window) }}
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

-- Each week of use counts in its own window and in the three after it.
windows as (
    select
        {{ add_days('person_weeks.week_start', '7 * week_offsets.n') }} as window_week,
        person_weeks.*
    from person_weeks
    cross join week_offsets
    where {{ is_rebuilt('week', add_days('person_weeks.week_start', '7 * week_offsets.n')) }}
),

-- Tools are counted over all of them, in the rows of one tool as well.
used_tools as (
    select
        window_week as week_start,
        person_key,
        count(distinct used_tool) as distinct_tools_28d
    from windows
    where tool = 'all'
    group by window_week, person_key
),

totals as (
    select
        window_week as week_start,
        person_key,
        tool,
        {{ total('user_messages') }} as messages_28d,
        {{ dbt.bool_or('reports_features') }} as reports_features
    from windows
    group by window_week, person_key, tool
),

used_features as (
    select
        {{ add_days('feature_weeks.week_start', '7 * week_offsets.n') }} as week_start,
        feature_weeks.person_key,
        feature_weeks.tool,
        count(distinct feature_weeks.feature) as distinct_features_28d
    from {{ ref('person_feature_weeks') }} as feature_weeks
    cross join week_offsets
    where {{ is_rebuilt('week', add_days('feature_weeks.week_start', '7 * week_offsets.n')) }}
    group by
        {{ add_days('feature_weeks.week_start', '7 * week_offsets.n') }},
        feature_weeks.person_key,
        feature_weeks.tool
),

senders as (
    select
        totals.week_start,
        totals.person_key,
        totals.tool,
        totals.messages_28d,
        used_tools.distinct_tools_28d,
        cast(
            case when totals.reports_features then coalesce(used_features.distinct_features_28d, 0) end
            as {{ dbt.type_int() }}
        ) as distinct_features_28d,
        tool_periods.first_day <= {{ add_days('totals.week_start', '-21') }} as is_observed
    from totals
    inner join people
        on
            totals.week_start = people.period_start
            and totals.person_key = people.person_key
    inner join tool_periods
        on
            totals.week_start = tool_periods.period_start
            and totals.tool = tool_periods.tool
    left join used_tools
        on
            totals.week_start = used_tools.week_start
            and totals.person_key = used_tools.person_key
    left join used_features
        on
            totals.week_start = used_features.week_start
            and totals.person_key = used_features.person_key
            and totals.tool = used_features.tool
    where totals.messages_28d > 0
),

ranked as (
    select
        senders.*,
        rank() over (partition by week_start, tool order by messages_28d desc) as sender_rank,
        count(*) over (partition by week_start, tool) as senders
    from senders
),

judged as (
    select
        ranked.*,
        ranked.messages_28d >= {{ weeks_in_window }} * thresholds.power_user_messages_per_week
            as meets_volume,
        coalesce(ranked.distinct_features_28d, 0) >= thresholds.power_user_breadth
        or coalesce(ranked.distinct_tools_28d, 0) >= thresholds.power_user_breadth as meets_breadth,
        -- Rank of the first of a tie: all of a tie at the cut are in.
        ranked.sender_rank <= ceil(ranked.senders * thresholds.power_user_top_share) as meets_rank
    from ranked
    cross join thresholds
),

final as (
    select
        week_start,
        person_key,
        tool,
        messages_28d,
        cast(messages_28d as {{ type_double() }}) / {{ weeks_in_window }} as messages_per_week,
        distinct_features_28d,
        distinct_tools_28d,
        case when is_observed then 1 - cast(sender_rank - 1 as {{ type_double() }}) / senders end
            as sender_percentile,
        case when is_observed then meets_volume end as meets_volume,
        case when is_observed then meets_breadth end as meets_breadth,
        case when is_observed then meets_rank end as meets_rank,
        case when is_observed then meets_volume and meets_breadth and meets_rank end as is_power_user
    from judged
)

select * from final

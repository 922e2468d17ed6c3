-- grain: one row per week, person, tool (`all` included) and tool used: messages and whether features are told
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where is_active
),

tool_rows as (
    select
        {{ iso_week_start('activity_date') }} as week_start,
        person_key,
        tool,
        tool as used_tool,
        {{ total('user_messages') }} as user_messages,
        count(*) as active_days,
        {{ dbt.bool_or('distinct_features is not null') }} as reports_features
    from usage_days
    group by {{ iso_week_start('activity_date') }}, person_key, tool
),

-- A row of `all` for each tool used: what is distinct over tools is told by the reader.
final as (
    select * from tool_rows

    union all

    select
        week_start,
        person_key,
        'all' as tool,
        used_tool,
        user_messages,
        active_days,
        reports_features
    from tool_rows
)

select * from final

-- grain: one row per period and tool whose use cannot be read, because names are concealed in its report
-- Microsoft's report can conceal names; the interaction history never does. Where the history was read too,
-- use is known all the same. Its days start with the first interaction ever seen.
with periods as (
    select * from {{ ref('int_periods') }}
),

report_days as (
    select distinct
        tenant,
        day
    from {{ ref('stg_m365_copilot__usage_user_detail') }}
    where is_concealed
),

history_days as (
    select distinct
        tenant,
        day
    from {{ ref('stg_ops__loaded_days') }}
    where
        source = 'm365_copilot'
        and resource = 'interactions'
        and status <> 'pending'
),

concealed as (
    select distinct
        report_days.tenant,
        periods.period_type,
        periods.period_start
    from periods
    inner join report_days
        on
            periods.period_start <= report_days.day
            and periods.period_end > report_days.day
),

with_history as (
    select distinct
        history_days.tenant,
        periods.period_type,
        periods.period_start
    from periods
    inner join history_days
        on
            periods.period_start <= history_days.day
            and periods.period_end > history_days.day
),

final as (
    select distinct
        concealed.period_type,
        concealed.period_start,
        'm365_copilot' as tool
    from concealed
    left join with_history
        on
            concealed.tenant = with_history.tenant
            and concealed.period_type = with_history.period_type
            and concealed.period_start = with_history.period_start
    where with_history.period_start is null
)

select * from final

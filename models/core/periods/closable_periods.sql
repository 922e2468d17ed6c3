-- grain: one row per period: whether its figures are final, and which sources keep it open
-- Publishing closes a closable period: its published rows then appear, and stay as they are (docs/privacy.md).
-- A source that is dead, or owes a day, for as long as `tool_period_sources` allows is waited for no more.
{%- set dead_after_days = 7 %}
with periods as (
    select * from {{ ref('int_periods') }}
),

run_clock as (
    select * from {{ ref('int_run_clock') }}
),

source_outcomes as (
    select
        source,
        {{ reporting_date('last_success_at') }} as last_success_date,
        {{ reporting_date('first_run_at') }} as first_run_date
    from {{ ref('int_source_outcomes') }}
    where is_connected
),

-- A source that has never succeeded has been dead since it was first tried.
outcomes as (
    select
        source_outcomes.source,
        source_outcomes.last_success_date,
        run_clock.as_of_date,
        coalesce(
            run_clock.as_of_date >= {{ add_days(
                'coalesce(source_outcomes.last_success_date, source_outcomes.first_run_date)', dead_after_days
            ) }},
            false
        ) as is_dead
    from source_outcomes
    cross join run_clock
),

resources as (
    select * from {{ ref('stg_ops__resources') }}
),

-- A source that is no longer connected will bring nothing any more. A roster, or a window that is never read
-- again, shows the present alone: a day that was missed cannot be had.
resource_status as (
    select
        status.*,
        outcomes.last_success_date,
        outcomes.is_dead,
        status.grain = 'snapshot' or (status.grain = 'window' and resources.lookback_days = 0) as shows_present
    from {{ ref('int_resource_status') }} as status
    inner join outcomes
        on status.source = outcomes.source
    inner join resources
        on
            status.source = resources.source
            and status.resource = resources.resource
    where status.decides_completeness
),

loaded_days as (
    select distinct
        source,
        resource,
        tenant,
        day
    from {{ ref('stg_ops__loaded_days') }}
    where status <> 'pending'
),

disconnected_tenants as (
    select * from {{ ref('int_source_tenants') }}
    where not is_connected
),

tenants as (
    select
        loaded_days.source,
        loaded_days.resource,
        loaded_days.tenant,
        min(loaded_days.day) as first_day
    from loaded_days
    left join disconnected_tenants
        on
            loaded_days.source = disconnected_tenants.source
            and loaded_days.tenant = disconnected_tenants.tenant
    where disconnected_tenants.tenant is null
    group by loaded_days.source, loaded_days.resource, loaded_days.tenant
),

-- A day that is recorded as lost is waited for no more, whatever the vendor's limits are by now.
settled_days as (
    select * from loaded_days

    union distinct

    select
        source,
        resource,
        tenant,
        day
    from {{ ref('stg_ops__lost_days') }}
    where state = 'not_fetched'
),

-- Days that a tenant owes to a period: from its first day on, as far back as the vendor still keeps them.
spans as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        tenants.source,
        tenants.resource,
        tenants.tenant,
        case
            when tenants.first_day > periods.period_start then tenants.first_day else periods.period_start
        end as first_day,
        case
            when resource_status.retention_days is null then {{ date_bound('first') }}
            else {{ add_days('resource_status.as_of_date', '-resource_status.retention_days') }}
        end as first_day_kept
    from periods
    inner join tenants
        on periods.period_end > tenants.first_day
    inner join resource_status
        on
            tenants.source = resource_status.source
            and tenants.resource = resource_status.resource
    where resource_status.grain in ('day', 'window') and not resource_status.shows_present
),

owed_spans as (
    select
        period_type,
        period_start,
        period_end,
        source,
        resource,
        tenant,
        case when first_day_kept > first_day then first_day_kept else first_day end as first_day_owed
    from spans
),

owed_days as (
    select
        owed_spans.period_type,
        owed_spans.period_start,
        owed_spans.source,
        owed_spans.resource,
        owed_spans.tenant,
        {{ days_between('owed_spans.first_day_owed', 'owed_spans.period_end') }}
            as owed,
        count(settled_days.day) as settled
    from owed_spans
    left join settled_days
        on
            owed_spans.source = settled_days.source
            and owed_spans.resource = settled_days.resource
            and owed_spans.tenant = settled_days.tenant
            and owed_spans.first_day_owed <= settled_days.day
            and owed_spans.period_end > settled_days.day
    group by
        owed_spans.period_type,
        owed_spans.period_start,
        owed_spans.period_end,
        owed_spans.source,
        owed_spans.resource,
        owed_spans.tenant,
        owed_spans.first_day_owed
),

missing_days as (
    select
        period_type,
        period_start,
        source,
        resource,
        max(case when owed > settled then 1 else 0 end) as is_missing
    from owed_days
    group by period_type, period_start, source, resource
),

-- What shows the present is final as soon as its lag is over. Any other resource must have been read after its
-- lag, with every day that can still be had, or be older than the vendor keeps.
resource_periods as (
    select
        periods.period_type,
        periods.period_start,
        resource_status.source,
        resource_status.resource,
        coalesce(
            case
                when resource_status.shows_present
                    then
                        resource_status.as_of_date
                        >= {{ add_days('periods.period_end', 'resource_status.finality_lag_days') }}
                when
                    resource_status.as_of_date
                    >= {{ add_days('periods.period_end', 'resource_status.retention_days') }}
                    then true
                else
                    coalesce(missing_days.is_missing, 0) = 0
                    and resource_status.last_success_date
                    >= {{ add_days('periods.period_end', 'resource_status.finality_lag_days') }}
            end,
            false
        ) as is_final,
        -- A source that has never succeeded is still to bring its history, unless it is dead.
        (resource_status.is_dead or resource_status.last_success_date is not null)
        and resource_status.as_of_date >= {{ add_days(
            'periods.period_end', 'resource_status.finality_lag_days + ' ~ dead_after_days
        ) }} as is_overdue,
        {{ add_days('periods.period_end', 'resource_status.finality_lag_days') }} as closes_from
    from periods
    inner join resource_status
        on periods.period_end > resource_status.first_day
    left join missing_days
        on
            periods.period_type = missing_days.period_type
            and periods.period_start = missing_days.period_start
            and resource_status.source = missing_days.source
            and resource_status.resource = missing_days.resource
),

sources_with_days as (
    select distinct source
    from resource_status
),

-- The organisation, contracts and price lists have no days of their own: they are read after the period.
-- So is a source that has never brought anything: its history is still to come.
source_periods as (
    select
        periods.period_type,
        periods.period_start,
        outcomes.source,
        coalesce(outcomes.last_success_date >= periods.period_end, false) as is_final,
        outcomes.is_dead
        and outcomes.as_of_date >= {{ add_days('periods.period_end', dead_after_days) }} as is_overdue
    from periods
    cross join outcomes
    left join sources_with_days
        on outcomes.source = sources_with_days.source
    where sources_with_days.source is null
),

open_sources as (
    select
        period_type,
        period_start,
        source,
        is_overdue
    from resource_periods
    where not is_final

    union all

    select
        period_type,
        period_start,
        source,
        is_overdue
    from source_periods
    where not is_final
),

-- One part that is still waited for is enough to wait for its source.
waiting_sources as (
    select
        period_type,
        period_start,
        source,
        min(case when is_overdue then 1 else 0 end) = 1 as is_overdue
    from open_sources
    group by period_type, period_start, source
),

waiting as (
    select
        period_type,
        period_start,
        {{ sorted_list('case when not is_overdue then source end') }} as waits_for,
        {{ sorted_list('case when is_overdue then source end') }} as sources_missing
    from waiting_sources
    group by period_type, period_start
),

last_days as (
    select
        period_type,
        period_start,
        max(closes_from) as closes_from
    from resource_periods
    group by period_type, period_start
),

final as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_over and waiting.waits_for is null as is_closable,
        periods.is_over and waiting.waits_for is null and waiting.sources_missing is null as is_final,
        coalesce(last_days.closes_from, periods.period_end) as closes_from,
        waiting.waits_for,
        waiting.sources_missing
    from periods
    left join waiting
        on
            periods.period_type = waiting.period_type
            and periods.period_start = waiting.period_start
    left join last_days
        on
            periods.period_type = last_days.period_type
            and periods.period_start = last_days.period_start
)

select * from final

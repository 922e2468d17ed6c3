-- grain: one row a period and tool: whether all its sources have passed their finality lag
{%- set dead_after_days = 7 %}
with periods as (
    select * from {{ ref('int_periods') }}
),

resource_status as (
    select * from {{ ref('int_resource_status') }}
    where decides_completeness
),

period_resources as (
    select
        periods.period_type,
        periods.period_start,
        resource_status.tool,
        resource_status.source,
        resource_status.resource,
        -- Read through the period's last day, and so long ago that the vendor restates it no more.
        resource_status.data_through >= {{ add_days('periods.period_end', -1) }}
        and resource_status.as_of_date
        >= {{ add_days('periods.period_end', 'resource_status.finality_lag_days') }} as is_final,
        resource_status.as_of_date >= {{
            add_days('periods.period_end', 'resource_status.finality_lag_days + ' ~ dead_after_days)
        }} as is_overdue
    from periods
    inner join resource_status
        on periods.period_end > resource_status.first_day
),

final as (
    select
        period_type,
        period_start,
        tool,
        min(case when is_final then 1 else 0 end) = 1 as is_final,
        min(case when is_final or is_overdue then 1 else 0 end) = 1 as is_final_or_dead,
        {{ sorted_list("case when is_overdue and not is_final then source || '.' || resource end") }}
            as sources_missing
    from period_resources
    group by period_type, period_start, tool
)

select * from final

-- grain: one row per day, kind, department (reporting unit), tool and label: what files and price lists date
-- Of the departments, those that are reported under their own name in the newest week.
with own_events as (
    select * from {{ ref('stg_company__events') }}
),

working_calendar as (
    select * from {{ ref('stg_company__working_calendar') }}
),

price_changes as (
    select * from {{ ref('int_price_changes') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week' and unit_key = department_key
),

{{ newest_units(with_company=true) }},

dated as (
    select
        event_date,
        'company' as kind,
        case when department is null then 'all' else {{ department_key('department') }} end as department_key,
        coalesce(tool, 'all') as tool,
        label,
        cast(null as {{ dbt.type_string() }}) as model_family,
        'events.csv' as source
    from own_events

    union all

    select
        holiday_date as event_date,
        'holiday' as kind,
        'all' as department_key,
        'all' as tool,
        case when location is null then 'Day off' else 'Day off in ' || location end as label,
        cast(null as {{ dbt.type_string() }}) as model_family,
        'working_calendar.csv' as source
    from working_calendar

    union all

    select
        changed_on as event_date,
        'price_change' as kind,
        'all' as department_key,
        tool,
        item || ': price '
        || case
            when price_change > 0 then 'up ' || {{ percent_text('price_change') }}
            else 'down ' || {{ percent_text('-price_change') }}
        end as label,
        model_family,
        source
    from price_changes
),

final as (
    select
        cast(dated.event_date as date) as event_date,
        dated.kind,
        dated.department_key,
        newest_units.department_name,
        dated.tool,
        dated.label,
        min(dated.model_family) as model_family,
        min(dated.source) as source
    from dated
    inner join newest_units
        on dated.department_key = newest_units.department_key
    group by
        dated.event_date, dated.kind, dated.department_key, newest_units.department_name, dated.tool,
        dated.label
)

select * from final

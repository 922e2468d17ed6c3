-- grain: one row per metric, department (reporting unit), tool and due date: the value to reach and its days
-- Of the departments, those that are reported under their own name in the newest week.
{{ config(alias='targets') }}
with targets as (
    select * from {{ ref('stg_company__targets') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week' and unit_key = department_key
),

{{ newest_units(with_company=true) }},

keyed_targets as (
    select
        metric,
        case
            when scope_type = 'company' then 'all'
            else {{ department_key('scope_name') }}
        end as department_key,
        coalesce(tool, 'all') as tool,
        target,
        due_date
    from targets
),

-- A target holds until the day it is due; the last one of a metric stays.
dated_targets as (
    select
        keyed_targets.*,
        lag(due_date) over (
            partition by metric, department_key, tool order by due_date
        ) as previous_due_date,
        lead(due_date) over (
            partition by metric, department_key, tool order by due_date
        ) as next_due_date
    from keyed_targets
),

final as (
    select
        dated_targets.metric,
        dated_targets.department_key,
        newest_units.department_name,
        dated_targets.tool,
        cast(dated_targets.target as {{ type_double() }}) as target,
        dated_targets.due_date,
        coalesce({{ add_days('dated_targets.previous_due_date', 1) }}, {{ date_bound('first') }})
            as valid_from,
        case
            when dated_targets.next_due_date is null then {{ date_bound('last') }}
            else {{ add_days('dated_targets.due_date', 1) }}
        end as valid_to
    from dated_targets
    inner join newest_units
        on dated_targets.department_key = newest_units.department_key
)

select * from final

-- grain: one row per department (reporting unit) and tool: the day on which it was given the tool
-- Of the departments, those that are reported under their own name in the newest week.
{{ config(alias='rollouts') }}
with rollouts as (
    select * from {{ ref('stg_company__rollouts') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week' and unit_key = department_key
),

{{ newest_units() }},

keyed_rollouts as (
    select
        {{ department_key('department') }} as department_key,
        tool,
        rollout_date
    from rollouts
),

final as (
    select
        newest_units.department_key,
        newest_units.department_name,
        keyed_rollouts.tool,
        min(keyed_rollouts.rollout_date) as rollout_date
    from keyed_rollouts
    inner join newest_units
        on keyed_rollouts.department_key = newest_units.department_key
    group by newest_units.department_key, newest_units.department_name, keyed_rollouts.tool
)

select * from final

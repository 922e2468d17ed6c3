-- grain: one row per period and reporting unit with people, the company (`all`) included
with period_departments as (
    select * from {{ ref('int_period_departments') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
),

units as (
    select
        reporting_units.period_type,
        reporting_units.period_start,
        reporting_units.unit_key,
        reporting_units.unit_name,
        sum(period_departments.headcount) as headcount,
        {{ sorted_list('period_departments.department_key', ',') }} as department_set
    from reporting_units
    inner join period_departments
        on reporting_units.period_type = period_departments.period_type
            and reporting_units.period_start = period_departments.period_start
            and reporting_units.department_key = period_departments.department_key
    where period_departments.headcount > 0
    group by
        reporting_units.period_type,
        reporting_units.period_start,
        reporting_units.unit_key,
        reporting_units.unit_name
),

-- The company's set is named, not listed: a reorganisation does not make it another company.
company as (
    select
        period_type,
        period_start,
        'all' as unit_key,
        '{{ reserved_units()['all'] }}' as unit_name,
        sum(headcount) as headcount,
        'all' as department_set
    from period_departments
    where headcount > 0
    group by period_type, period_start
),

all_units as (
    select * from units

    union all

    select * from company
),

final as (
    select
        period_type,
        period_start,
        unit_key,
        unit_name,
        cast(headcount as {{ dbt.type_int() }}) as headcount,
        department_set
    from all_units
)

select * from final

-- grain: one row per employee id and span of unchanged facts, employed days only
-- A renamed department has its new name on all its days, so a rename in the middle of a period moves nobody.
with history_spans as (
    select * from {{ ref('int_hris_history_spans') }}
),

snapshot_spans as (
    select * from {{ ref('int_hris_snapshot_spans') }}
),

department_names as (
    select * from {{ ref('stg_company__department_names') }}
),

employees_with_history as (
    select distinct employee_token
    from {{ ref('stg_hris__employee_history') }}
),

-- Effective dates win over the days on which snapshots saw a change.
remaining_spans as (
    select snapshot_spans.*
    from snapshot_spans
    left join employees_with_history
        on snapshot_spans.employee_token = employees_with_history.employee_token
    where employees_with_history.employee_token is null
),

all_spans as (
    select
        history_spans.*,
        true as is_effective_dated
    from history_spans

    union all

    select
        remaining_spans.*,
        false as is_effective_dated
    from remaining_spans
),

marked_spans as (
    select
        all_spans.*,
        case
            when
                lag(valid_to) over (partition by employee_token order by valid_from)
                >= valid_from
                then 0
            else 1
        end as starts_stint
    from all_spans
),

stints as (
    select
        marked_spans.*,
        sum(starts_stint) over (
            partition by employee_token order by valid_from
            rows between unbounded preceding and current row
        ) as stint
    from marked_spans
),

previous_departments as (
    select
        stints.*,
        lag(department) over (
            partition by employee_token, stint order by valid_from
        ) as previous_department
    from stints
),

-- Since when somebody has been in the department, whatever else changed meanwhile.
stays as (
    select
        previous_departments.*,
        max(case when previous_department = department then null else valid_from end) over (
            partition by employee_token order by valid_from
            rows between unbounded preceding and current row
        ) as department_since
    from previous_departments
),

final as (
    select
        stays.employee_token,
        stays.valid_from,
        stays.valid_to,
        min(stays.valid_from) over (partition by stays.employee_token, stays.stint) as hired_on,
        coalesce(department_names.new_name, stays.department) as department,
        stays.parent_department,
        stays.cost_center,
        stays.job_function,
        stays.location,
        stays.manager_token,
        stays.employment_status,
        stays.is_effective_dated
    from stays
    left join department_names
        on
            {{ department_key('stays.department') }} = department_names.old_key
            and stays.department_since >= department_names.begins_from
            and stays.department_since < department_names.begins_before
)

select * from final

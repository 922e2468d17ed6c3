-- grain: one row an employee id and span of unchanged facts, employed days only
with history_spans as (
    select * from {{ ref('int_hris_history_spans') }}
),

snapshot_spans as (
    select * from {{ ref('int_hris_snapshot_spans') }}
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

final as (
    select
        employee_token,
        valid_from,
        valid_to,
        min(valid_from) over (partition by employee_token, stint) as hired_on,
        department,
        parent_department,
        cost_center,
        job_function,
        location,
        manager_token,
        employment_status,
        is_effective_dated
    from stints
)

select * from final

-- grain: one row per employee id and effective-dated span, employed days only
-- Rebuilt whole from the newest answer, so a late correction or a back-dated move simply counts.
with history as (
    select * from {{ ref('stg_hris__employee_history') }}
),

snapshots as (
    select * from {{ ref('stg_hris__employees') }}
),

ranked_snapshots as (
    select
        employee_token,
        hired_on,
        terminated_from,
        row_number() over (
            partition by employee_token order by day desc, tenant asc, scope asc
        ) as newest_rank
    from snapshots
),

current_employment as (
    select
        employee_token,
        hired_on,
        terminated_from
    from ranked_snapshots
    where newest_rank = 1
),

-- Two rows of one day cannot both count: the one that lasts longer does.
ranked_rows as (
    select
        history.*,
        row_number() over (
            partition by employee_token, effective_from
            order by
                coalesce(effective_to, {{ date_bound('last') }}) desc,
                department asc,
                tenant asc
        ) as row_rank
    from history
),

ordered_rows as (
    select
        ranked_rows.*,
        coalesce(effective_to, {{ date_bound('last') }}) as stated_to,
        lead(effective_from) over (
            partition by employee_token order by effective_from
        ) as next_from,
        row_number() over (
            partition by employee_token order by effective_from
        ) as position
    from ranked_rows
    where row_rank = 1
),

-- History may begin later than the employment, and the exit may stand in the snapshot alone.
bounded_rows as (
    select
        ordered_rows.*,
        case
            when
                ordered_rows.position = 1
                and current_employment.hired_on < ordered_rows.effective_from
                then current_employment.hired_on
            else ordered_rows.effective_from
        end as valid_from,
        case
            when ordered_rows.next_from < ordered_rows.stated_to then ordered_rows.next_from
            else ordered_rows.stated_to
        end as valid_until,
        current_employment.terminated_from
    from ordered_rows
    left join current_employment
        on ordered_rows.employee_token = current_employment.employee_token
    where ordered_rows.status <> 'terminated'
),

spans as (
    select
        bounded_rows.*,
        case
            when effective_from < terminated_from and terminated_from < valid_until
                then terminated_from
            else valid_until
        end as valid_to
    from bounded_rows
),

final as (
    select
        employee_token,
        valid_from,
        valid_to,
        department,
        parent_department,
        cost_center,
        job_function,
        location,
        manager_token,
        case when status = 'on_leave' then 'on_leave' else 'employed' end as employment_status
    from spans
    where valid_from < valid_to
)

select * from final

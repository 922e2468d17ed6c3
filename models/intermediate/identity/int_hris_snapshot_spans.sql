-- grain: one row per employee id and span of unchanged facts, from day snapshots, employed days only
-- A change counts from the snapshot that first showed it; the first span reaches back to the hire.
with snapshots as (
    select * from {{ ref('stg_hris__employees') }}
),

snapshot_days as (
    select distinct
        tenant,
        scope,
        day
    from snapshots
),

-- An employee id that two scopes show on one day is taken from the first scope alone.
employee_days as (
    select
        snapshots.*,
        case when status = 'on_leave' then 'on_leave' else 'employed' end as employment_status,
        {{ joined_text([
            'department', 'parent_department', 'cost_center', 'job_function', 'location',
            'manager_token', "case when status = 'on_leave' then 'on_leave' else 'employed' end"
        ]) }} as state,
        row_number() over (
            partition by employee_token, day order by tenant, scope
        ) as scope_rank
    from snapshots
),

ordered_days as (
    select
        employee_days.*,
        lag(hired_on) over (partition by employee_token order by day) as previous_hired_on,
        lag(status) over (partition by employee_token order by day) as previous_status,
        lag(terminated_from) over (
            partition by employee_token order by day
        ) as previous_terminated_from
    from employee_days
    where scope_rank = 1
),

-- A later hire date after an exit is a rehire under the same id; otherwise it is a correction, or the
-- year alone, which is all that lands of a hire long ago.
stint_days as (
    select
        ordered_days.*,
        sum(
            case
                when
                    hired_on > previous_hired_on
                    and (
                        previous_status = 'terminated'
                        or previous_terminated_from <= hired_on
                    )
                    then 1
                else 0
            end
        ) over (
            partition by employee_token order by day
            rows between unbounded preceding and current row
        ) as stint
    from ordered_days
),

ranked_days as (
    select
        stint_days.*,
        row_number() over (
            partition by employee_token, stint order by day desc
        ) as newest_rank,
        max(case when status <> 'terminated' then day end) over (
            partition by employee_token, stint
        ) as last_employed_day_seen
    from stint_days
),

-- The exit as the newest snapshot of the stint tells it.
stints as (
    select
        employee_token,
        stint,
        tenant,
        scope,
        hired_on,
        terminated_from,
        last_employed_day_seen
    from ranked_days
    where newest_rank = 1
),

-- Without a date, the exit is the day on which the leaver was first shown as one, or first missing.
exits as (
    select
        stints.employee_token,
        stints.stint,
        min(snapshot_days.day) as first_day_without
    from stints
    inner join snapshot_days
        on stints.tenant = snapshot_days.tenant
            and stints.scope = snapshot_days.scope
            and snapshot_days.day > coalesce(
                stints.last_employed_day_seen, {{ date_bound('first') }}
            )
    group by stints.employee_token, stints.stint
),

stated_employment as (
    select
        stints.employee_token,
        stints.stint,
        stints.hired_on,
        coalesce(
            stints.terminated_from, exits.first_day_without, {{ date_bound('last') }}
        ) as exit_on
    from stints
    left join exits
        on stints.employee_token = exits.employee_token
            and stints.stint = exits.stint
),

exits_before as (
    select
        stated_employment.*,
        lag(exit_on) over (partition by employee_token order by stint) as previous_exit_on
    from stated_employment
),

-- A rehire of which only the year is left does not reach back into the employment before it.
employment as (
    select
        employee_token,
        stint,
        case
            when hired_on < previous_exit_on then previous_exit_on
            else hired_on
        end as hired_on,
        exit_on
    from exits_before
),

state_days as (
    select
        stint_days.*,
        lag(state) over (partition by employee_token, stint order by day) as previous_state
    from stint_days
),

changes as (
    select
        state_days.employee_token,
        state_days.stint,
        state_days.day,
        state_days.department,
        state_days.parent_department,
        state_days.cost_center,
        state_days.job_function,
        state_days.location,
        state_days.manager_token,
        state_days.employment_status,
        employment.exit_on,
        case
            when state_days.previous_state is null
                then coalesce(employment.hired_on, state_days.day)
            when state_days.day < employment.hired_on then employment.hired_on
            else state_days.day
        end as valid_from
    from state_days
    inner join employment
        on state_days.employee_token = employment.employee_token
            and state_days.stint = employment.stint
    where
        state_days.previous_state is null
        or state_days.previous_state <> state_days.state
),

spans as (
    select
        changes.*,
        case
            when lead(valid_from) over (
                    partition by employee_token, stint order by day
                ) < exit_on
                then lead(valid_from) over (partition by employee_token, stint order by day)
            else exit_on
        end as valid_to
    from changes
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
        employment_status
    from spans
    where valid_from < valid_to
)

select * from final

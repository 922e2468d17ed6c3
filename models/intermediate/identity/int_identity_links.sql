-- grain: one row an identifier, another identifier beside it, and run of months observed
-- Observations are monthly and carry the last day seen. A target that follows another starts on the day
-- after the other was last seen, but not before its own first month. The first target reaches back, since a
-- vendor shows only the present; the last one stays. `held_from` and `held_to` say the same of the target:
-- a name or address that passes from one account to another is the earlier one's until it was last seen
-- there.
{%- set day_after = add_days('earlier_runs.last_observed_on', 1) %}
{%- set begins_on -%}
    case when {{ day_after }} > later_runs.first_month then {{ day_after }} else later_runs.first_month end
{%- endset %}
with links as (
    select * from {{ ref('port_identity_links') }}
),

-- Administrative facts first, then the vendor's licence list, then the company's own list.
observations as (
    select
        namespace,
        id_token,
        target_namespace,
        target_token,
        observed_month,
        max(observed_on) as observed_on,
        min(
            case
                when method = 'consumed_license' then 2
                when method = 'company_list' then 3
                else 1
            end
        ) as method_rank
    from links
    group by namespace, id_token, target_namespace, target_token, observed_month
),

numbered_observations as (
    select
        observations.*,
        dense_rank() over (
            partition by namespace, id_token, target_namespace order by observed_month
        ) as month_number,
        row_number() over (
            partition by namespace, id_token, target_namespace, target_token
            order by observed_month
        ) as target_month_number
    from observations
),

first_days as (
    select
        numbered_observations.*,
        month_number - target_month_number as run_number,
        first_value(observed_on) over (
            partition by
                namespace,
                id_token,
                target_namespace,
                target_token,
                month_number - target_month_number
            order by observed_month
            rows between unbounded preceding and unbounded following
        ) as seen_in_first_month_on
    from numbered_observations
),

runs as (
    select
        namespace,
        id_token,
        target_namespace,
        target_token,
        run_number,
        min(method_rank) as method_rank,
        min(observed_month) as first_month,
        min(seen_in_first_month_on) as seen_in_first_month_on,
        max(observed_on) as last_observed_on
    from first_days
    group by namespace, id_token, target_namespace, target_token, run_number
),

-- Two targets seen side by side (a principal name and a mail address) do not follow each other.
switches as (
    select
        earlier_runs.namespace,
        earlier_runs.id_token,
        earlier_runs.target_namespace,
        earlier_runs.target_token as earlier_target,
        earlier_runs.run_number as earlier_run,
        later_runs.target_token as later_target,
        later_runs.run_number as later_run,
        {{ begins_on }} as switched_on
    from runs as earlier_runs
    inner join runs as later_runs
        on earlier_runs.namespace = later_runs.namespace
            and earlier_runs.id_token = later_runs.id_token
            and earlier_runs.target_namespace = later_runs.target_namespace
            and earlier_runs.last_observed_on < later_runs.seen_in_first_month_on
),

starts as (
    select
        namespace,
        id_token,
        target_namespace,
        later_target,
        later_run,
        max(switched_on) as valid_from
    from switches
    group by namespace, id_token, target_namespace, later_target, later_run
),

ends as (
    select
        namespace,
        id_token,
        target_namespace,
        earlier_target,
        earlier_run,
        min(switched_on) as valid_to
    from switches
    group by namespace, id_token, target_namespace, earlier_target, earlier_run
),

-- The id of an account never passes to another one; what stands beside it may.
passings as (
    select
        earlier_runs.namespace,
        earlier_runs.target_namespace,
        earlier_runs.target_token,
        earlier_runs.id_token as earlier_id,
        earlier_runs.run_number as earlier_run,
        later_runs.id_token as later_id,
        later_runs.run_number as later_run,
        {{ begins_on }} as passed_on
    from runs as earlier_runs
    inner join runs as later_runs
        on earlier_runs.namespace = later_runs.namespace
            and earlier_runs.target_namespace = later_runs.target_namespace
            and earlier_runs.target_token = later_runs.target_token
            and earlier_runs.id_token <> later_runs.id_token
            and earlier_runs.last_observed_on < later_runs.seen_in_first_month_on
    where
        earlier_runs.namespace in (
            {%- for namespace in account_id_namespaces() + directory_id_namespaces() %}
            '{{ namespace }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
),

taken as (
    select
        namespace,
        target_namespace,
        target_token,
        later_id,
        later_run,
        max(passed_on) as held_from
    from passings
    group by namespace, target_namespace, target_token, later_id, later_run
),

given as (
    select
        namespace,
        target_namespace,
        target_token,
        earlier_id,
        earlier_run,
        min(passed_on) as held_to
    from passings
    group by namespace, target_namespace, target_token, earlier_id, earlier_run
),

final as (
    select
        runs.namespace,
        runs.id_token,
        runs.target_namespace,
        runs.target_token,
        runs.method_rank,
        runs.first_month,
        runs.seen_in_first_month_on as first_seen_on,
        runs.last_observed_on,
        coalesce(taken.held_from, {{ date_bound('first') }}) as held_from,
        coalesce(given.held_to, {{ date_bound('last') }}) as held_to,
        coalesce(starts.valid_from, {{ date_bound('first') }}) as valid_from,
        coalesce(ends.valid_to, {{ date_bound('last') }}) as valid_to
    from runs
    left join starts
        on runs.namespace = starts.namespace
            and runs.id_token = starts.id_token
            and runs.target_namespace = starts.target_namespace
            and runs.target_token = starts.later_target
            and runs.run_number = starts.later_run
    left join ends
        on runs.namespace = ends.namespace
            and runs.id_token = ends.id_token
            and runs.target_namespace = ends.target_namespace
            and runs.target_token = ends.earlier_target
            and runs.run_number = ends.earlier_run
    left join taken
        on runs.namespace = taken.namespace
            and runs.target_namespace = taken.target_namespace
            and runs.target_token = taken.target_token
            and runs.id_token = taken.later_id
            and runs.run_number = taken.later_run
    left join given
        on runs.namespace = given.namespace
            and runs.target_namespace = given.target_namespace
            and runs.target_token = given.target_token
            and runs.id_token = given.earlier_id
            and runs.run_number = given.earlier_run
)

select * from final

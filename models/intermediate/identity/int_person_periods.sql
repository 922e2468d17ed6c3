-- grain: one row per person and period (week, month) with at least one employed day
with run_clock as (
    select * from {{ ref('int_run_clock') }}
),

-- The running period reaches to the day of the run: who is hired later in it does not count yet.
periods as (
    select
        rebuilt_periods.period_type,
        rebuilt_periods.period_start,
        case
            when rebuilt_periods.period_end > {{ add_days('run_clock.as_of_date', 1) }}
                then {{ add_days('run_clock.as_of_date', 1) }}
            else rebuilt_periods.period_end
        end as period_end
    from {{ ref('int_rebuilt_periods') }} as rebuilt_periods
    cross join run_clock
),

organisation_history as (
    select * from {{ ref('int_organisation_history') }}
),

spans_in_periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        organisation_history.person_key,
        organisation_history.department_key,
        case
            when organisation_history.valid_from > periods.period_start
                then organisation_history.valid_from
            else periods.period_start
        end as part_from,
        case
            when organisation_history.valid_to < periods.period_end
                then organisation_history.valid_to
            else periods.period_end
        end as part_to
    from periods
    inner join organisation_history
        on periods.period_start < organisation_history.valid_to
            and periods.period_end > organisation_history.valid_from
),

ranked_spans as (
    select
        spans_in_periods.*,
        row_number() over (
            partition by period_type, period_start, person_key
            order by part_to desc
        ) as last_rank,
        sum({{ days_between('part_from', 'part_to') }}) over (
            partition by period_type, period_start, person_key
        ) as employed_days
    from spans_in_periods
),

-- Home department: the department on the last employed day in the period.
final as (
    select
        period_type,
        period_start,
        person_key,
        department_key,
        cast(employed_days as {{ dbt.type_int() }}) as employed_days,
        part_to = period_end as is_employed_at_end
    from ranked_spans
    where last_rank = 1
)

select * from final

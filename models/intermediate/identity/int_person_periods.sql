-- grain: one row a person and period (week, month) with at least one employed day
with periods as (
    select * from {{ ref('int_periods') }}
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

-- Home department: the department on the last employed day in the period. The running period is
-- taken whole, as far as the HRIS knows it: it will not change when it is over.
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

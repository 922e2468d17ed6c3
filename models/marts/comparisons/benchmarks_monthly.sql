-- grain: one row per month, department (reporting unit), tool, metric and benchmark
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
{{ config(tags=['derived']) }}
{%- set metrics = [
    'active_ratio', 'licensed_active_ratio', 'sessions_per_active_person', 'messages_per_session',
    'messages_per_active_person', 'advanced_session_ratio',
] %}
{#- Shown departments from which a median, and a 90th percentile, are given. -#}
{%- set least = {'departments_median': 3, 'departments_p90': 5} %}
with department_months as (
    select * from {{ ref('department_usage_monthly') }}
    where is_complete_month and department_key not in ('other', 'unattributed')
),

benchmarks as (
    select * from {{ ref('mart_benchmarks') }}
),

figures as (
    {%- for metric in metrics %}
    select
        '{{ metric }}' as metric,
        department_key,
        department_name,
        tool,
        month_start,
        {{ metric }} as figure,
        is_suppressed
    from department_months
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        metric,
        tool,
        month_start,
        figure,
        row_number() over (partition by metric, tool, month_start order by figure, department_key) as place,
        count(*) over (partition by metric, tool, month_start) as places
    from figures
    where department_key <> 'all' and figure is not null
),

-- The 90th percentile is the smallest figure that nine tenths of the departments do not exceed.
of_departments as (
    select
        metric,
        tool,
        month_start,
        max(places) as departments_compared,
        avg(case when place * 2 between places and places + 2 then figure end) as departments_median,
        min(case when place * 10 >= places * 9 then figure end) as departments_p90
    from ranked
    group by metric, tool, month_start
),

compared as (
    {%- for benchmark, departments in least.items() %}
    select
        figures.metric,
        figures.department_key,
        figures.department_name,
        figures.tool,
        figures.month_start,
        '{{ benchmark }}' as benchmark,
        figures.figure,
        case
            when of_departments.departments_compared >= {{ departments }} then of_departments.{{ benchmark }}
        end as benchmark_value,
        of_departments.departments_compared,
        true as is_comparable,
        'Departments of this company whose figure is shown' as population,
        '{{ {"departments_median": "Median of the departments",
             "departments_p90": "90th percentile of the departments"}[benchmark] }}' as definition,
        'The month' as period,
        'department_usage_monthly' as source,
        'A' as grade,
        figures.is_suppressed
    from figures
    left join of_departments
        on
            figures.metric = of_departments.metric
            and figures.tool = of_departments.tool
            and figures.month_start = of_departments.month_start

    union all
{% endfor %}
    select
        figures.metric,
        figures.department_key,
        figures.department_name,
        figures.tool,
        figures.month_start,
        benchmarks.figure as benchmark,
        figures.figure,
        benchmarks.value as benchmark_value,
        cast(null as {{ dbt.type_bigint() }}) as departments_compared,
        true as is_comparable,
        benchmarks.population,
        benchmarks.definition || '. ' || benchmarks.difference as definition,
        benchmarks.period,
        benchmarks.source,
        benchmarks.grade,
        figures.is_suppressed
    from figures
    inner join benchmarks
        on figures.metric = benchmarks.comparable_to
    where figures.tool = 'all'

    union all

    -- What no metric of ours may be set beside stands in the company's row, without a figure.
    select
        benchmarks.figure as metric,
        department_months.department_key,
        department_months.department_name,
        department_months.tool,
        department_months.month_start,
        benchmarks.figure as benchmark,
        cast(null as {{ type_double() }}) as figure,
        benchmarks.value as benchmark_value,
        cast(null as {{ dbt.type_bigint() }}) as departments_compared,
        false as is_comparable,
        benchmarks.population,
        benchmarks.definition || '. ' || benchmarks.difference as definition,
        benchmarks.period,
        benchmarks.source,
        benchmarks.grade,
        false as is_suppressed
    from department_months
    cross join benchmarks
    where
        department_months.department_key = 'all'
        and department_months.tool = 'all'
        and not benchmarks.is_comparable
),

final as (
    select
        department_key,
        department_name,
        tool,
        month_start,
        metric,
        benchmark,
        figure,
        benchmark_value,
        figure / nullif(benchmark_value, 0) as times_benchmark,
        is_comparable,
        cast(departments_compared as {{ dbt.type_bigint() }}) as departments_compared,
        population,
        definition,
        period,
        source,
        grade,
        true as is_complete_month,
        is_suppressed
    from compared
)

select * from final

-- grain: one row per month, department (reporting unit) and tool, `all` tools and all departments included
with {{ compared_use('month', 'month_start', 'is_complete_month') }},

weekly_use as (
    select * from {{ ref('unit_use') }}
    where period_type = 'week'
),

-- A week belongs to the month of its Thursday. All its weeks must be complete and shown, for the same
-- departments.
weekly_active as (
    select
        compared.department_key,
        compared.tool,
        compared.month_start,
        avg(cast(weekly_use.active_people as {{ type_double() }})) as mean_active_people,
        min(
            case
                when
                    weekly_use.is_complete
                    and weekly_use.department_set = compared.department_set
                    and weekly_use.active_people is not null
                    then 1
                else 0
            end
        ) as are_all_shown
    from compared
    inner join weekly_use
        on
            compared.department_key = weekly_use.unit_key
            and compared.tool = weekly_use.tool
            and compared.month_start = {{ month_start(add_days('weekly_use.period_start', 3)) }}
    where compared.is_complete_month
    group by compared.department_key, compared.tool, compared.month_start
),

final as (
    select
        compared.department_key,
        compared.department_name,
        compared.tool,
        compared.month_start,
        compared.headcount,
        {{- compared_use_columns('compared.') }}
        case
            when weekly_active.are_all_shown = 1
                then weekly_active.mean_active_people
                    / nullif(cast(compared.active_people as {{ type_double() }}), 0)
        end as wau_mau_ratio,
        compared.tools_included,
        compared.message_tools_included,
        compared.session_tools_included,
        compared.prompt_tools_included,
        compared.model_tools_included,
        compared.sources_missing,
        compared.period_state,
        compared.is_complete_month,
        compared.is_suppressed
    from compared
    left join weekly_active
        on
            compared.department_key = weekly_active.department_key
            and compared.tool = weekly_active.tool
            and compared.month_start = weekly_active.month_start
)

select * from final

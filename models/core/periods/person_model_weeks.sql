-- grain: one row per week, person employed in it, tool, model family and tier: use in its measure
-- Sessions where the tool has them, else turns, else interactions; a tool keeps one measure. Use
-- whose model is not known is left out: it is in no share of models.
with people as (
    select * from {{ ref('int_person_periods') }}
    where period_type = 'week'
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'week'
),

models as (
    select * from {{ ref('dim_models') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

model_days as (
    select * from {{ ref('int_person_model_days') }}
),

capabilities as (
    select * from {{ ref('int_metric_capabilities') }}
    where metric = 'model_mix' and capability <> 'unavailable'
),

-- Where one source owns sessions and another one the use of models, the latter's measure counts.
session_tools as (
    select distinct sessions.tool
    from sessions
    inner join capabilities
        on sessions.tool = capabilities.tool
    where sessions.tool not in (
        select owners.tool from {{ ref('int_measure_owners') }} as owners
        where owners.models_source <> owners.sessions_source
    )
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

session_weeks as (
    select
        {{ iso_week_start('sessions.activity_date') }} as week_start,
        sessions.activity_date,
        sessions.person_key,
        sessions.tool,
        'sessions' as measure,
        sessions.majority_model as model,
        1 as model_use
    from sessions
    inner join session_tools
        on sessions.tool = session_tools.tool
    where
        sessions.majority_model is not null
        and {{ is_rebuilt('week', iso_week_start('sessions.activity_date')) }}
),

message_weeks as (
    select
        {{ iso_week_start('model_days.activity_date') }} as week_start,
        model_days.activity_date,
        model_days.person_key,
        model_days.tool,
        case when model_days.turns is not null then 'turns' else 'interactions' end as measure,
        model_days.model,
        coalesce(model_days.turns, model_days.interactions) as model_use
    from model_days
    inner join capabilities
        on model_days.tool = capabilities.tool
    left join session_tools
        on model_days.tool = session_tools.tool
    where
        session_tools.tool is null
        and model_days.model is not null
        and {{ is_rebuilt('week', iso_week_start('model_days.activity_date')) }}
        and coalesce(model_days.turns, model_days.interactions) > 0
),

model_weeks as (
    select * from session_weeks
    union all
    select * from message_weeks
),

final as (
    select
        model_weeks.week_start,
        model_weeks.person_key,
        reporting_units.unit_key,
        model_weeks.tool,
        model_weeks.measure,
        coalesce(models.family, 'unlisted') as model_family,
        models.tier,
        max(models.tier_rank) as tier_rank,
        {{ total('model_weeks.model_use') }} as model_use
    from model_weeks
    inner join people
        on
            model_weeks.week_start = people.period_start
            and model_weeks.person_key = people.person_key
    left join reporting_units
        on
            people.period_start = reporting_units.period_start
            and people.department_key = reporting_units.department_key
    left join models
        on
            model_weeks.model = models.model
            and model_weeks.activity_date >= models.valid_from
            and model_weeks.activity_date < models.valid_to
    group by
        model_weeks.week_start,
        model_weeks.person_key,
        reporting_units.unit_key,
        model_weeks.tool,
        model_weeks.measure,
        coalesce(models.family, 'unlisted'),
        models.tier
)

select * from final

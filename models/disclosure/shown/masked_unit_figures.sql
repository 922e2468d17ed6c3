-- grain: one row per period, reporting unit and tool (spine rows): figures of use behind their mask
-- Marts of use read this and nothing finer: a hidden figure is NULL here already, so that nothing
-- derived from it can give it back.
{%- set measures = usage_measures() + [account_measures()[0]] %}
{%- set of_people = usage_measures() | map(attribute='name') | list %}
{%- set of_accounts = account_measures() | map(attribute='name') | list %}
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool'] %}
with spine as (
    select * from {{ ref('unit_spine') }}
),

people_figures as (
    select * from {{ ref('unit_figures_of_people') }}
),

account_figures as (
    select * from {{ ref('unit_figures_of_accounts') }}
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where item = ''
),

flags as (
    {{ hidden_flags('hidden_cells', keys, measures) }}
),

stacked as (
    select
        {{ keys | join(',\n        ') }},
        {%- for measure in measures %}
        {{ measure.name if measure.name in of_people else 'cast(null as ' ~ dbt.type_bigint() ~ ')' }}
            as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from people_figures

    union all

    select
        {{ keys | join(',\n        ') }},
        {%- for measure in measures %}
        {{ measure.name if measure.name in of_accounts else 'cast(null as ' ~ dbt.type_bigint() ~ ')' }}
            as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from account_figures
),

-- Silence is a zero where the tool gives the measure, and NULL where it does not.
figures as (
    select
        spine.*,
        {%- for measure in measures %}
        case
            when
                spine.gives_{{ measure.gives }}
                {%- if measure.name not in of_people %}
                and spine.unit_key = 'unattributed'
                {%- elif measure.name not in of_accounts %}
                and spine.unit_key <> 'unattributed'
                {%- endif %}
                then cast(coalesce(stacked.{{ measure.name }}, 0) as {{
                    type_money() if measure.unit == 'money' else dbt.type_bigint() }})
        end as {{ measure.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from spine
    left join stacked
        on
            spine.period_type = stacked.period_type
            and spine.period_start = stacked.period_start
            and spine.unit_key = stacked.unit_key
            and spine.tool = stacked.tool
),

final as (
    select
        figures.period_type,
        figures.period_start,
        figures.period_end,
        figures.unit_key,
        figures.unit_name,
        figures.tool,
        figures.headcount,
        figures.department_set,
        figures.has_activity,
        figures.first_day,
        figures.period_state,
        figures.is_complete,
        figures.sources_missing,
        {%- for capability in ['active', 'messages', 'sessions', 'prompts', 'models', 'suggestions'] %}
        figures.{{ capability }}_tools,
        {%- endfor %}
        {%- for measure in measures %}
        {{ masked(measure.name) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from figures
    left join flags
        on
            figures.period_type = flags.period_type
            and figures.period_start = flags.period_start
            and figures.unit_key = flags.unit_key
            and figures.tool = flags.tool
)

select * from final

-- grain: one row an action: rule, department (reporting unit), tool and item
-- A function of published figures alone, see docs/decisions/0025. Publishing asks this query once more, of the
-- rows that readers are about to see: closed periods are not what the marts would give today.
{%- set areas = [
    'adoption', 'depth', 'prompts', 'models', 'departments', 'cost', 'licenses', 'power_users', 'tools',
    'trust',
] %}
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

status as (
    select max(as_of) as as_of from {{ ref('source_status') }}
),

{% for area in areas -%}
{{ area }}_actions as (
    select * from {{ ref(area ~ '_actions') }}
),

{% endfor -%}
all_actions as (
    {%- for area in areas %}
    select * from {{ area }}_actions
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- Whole millionths: engines may differ in the last digit of a float, and severity and order must not.
measured as (
    select
        all_actions.*,
        rules.rule_version,
        rules.area,
        rules.page,
        rules.importance,
        rules.title,
        rules.recommendation,
        rules.metric,
        rules.unit,
        rules.threshold,
        {%- for figure in ['all_actions.excess', 'rules.medium_from', 'rules.high_from'] %}
        cast(floor({{ figure }} * 1000000 + 0.5) as {{ dbt.type_bigint() }})
            as {{ figure.split('.')[1] }}_millionths{{ ',' if not loop.last }}
        {%- endfor %}
    from all_actions
    inner join rules
        on all_actions.rule_id = rules.rule_id
),

judged as (
    select
        measured.*,
        case
            when excess_millionths >= high_from_millionths then 1
            when excess_millionths >= medium_from_millionths then 2
            else 3
        end as severity_place
    from measured
),

-- The second action of an area counts as one step less severe, the third as two: so the first few of all
-- speak of different things.
placed as (
    select
        judged.*,
        severity_place + row_number() over (
            partition by area
            order by
                severity_place asc, importance asc, excess_millionths desc,
                department_key asc, tool asc, item asc
        ) as turn
    from judged
),

prioritised as (
    select
        placed.*,
        row_number() over (
            order by
                turn asc, importance asc, severity_place asc, excess_millionths desc,
                department_key asc, tool asc, item asc
        ) as priority
    from placed
),

final as (
    select
        prioritised.rule_id || '/' || prioritised.department_key || '/' || prioritised.tool
        || case when prioritised.item <> '' then '/' || prioritised.item else '' end as action_id,
        prioritised.rule_id,
        cast(prioritised.rule_version as {{ dbt.type_int() }}) as rule_version,
        prioritised.area,
        prioritised.page,
        prioritised.department_key,
        prioritised.department_name,
        prioritised.tool,
        prioritised.period_start,
        prioritised.period_type,
        case prioritised.severity_place when 1 then 'high' when 2 then 'medium' else 'low' end as severity,
        cast(prioritised.priority as {{ dbt.type_int() }}) as priority,
        replace(
            replace(
                replace(
                    replace(
                        replace(prioritised.title, '{department}', prioritised.department_name),
                        '{tool}', {{ tool_text('prioritised.tool') }}
                    ),
                    '{value}', {{ figure_text('prioritised.metric_value', 'prioritised.unit') }}
                ),
                '{comparison}',
                coalesce({{ figure_text('prioritised.comparison_value', 'prioritised.unit') }}, '')
            ),
            '{detail}', prioritised.detail
        ) as title,
        prioritised.recommendation,
        prioritised.metric,
        prioritised.metric_value,
        prioritised.comparison,
        prioritised.comparison_value,
        prioritised.threshold,
        prioritised.unit,
        prioritised.evidence,
        status.as_of
    from prioritised
    cross join status
)

select * from final

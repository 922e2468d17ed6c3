-- grain: one row an action: cause, department (reporting unit), tool and item
-- A function of published figures alone, see docs/decisions/0025. Publishing asks this query once more, of the
-- rows that readers are about to see: closed periods are not what the marts would give today.
{{ config(tags=['derived']) }}
{%- set areas = [
    'adoption', 'depth', 'prompts', 'models', 'departments', 'cost', 'licenses', 'power_users', 'tools',
    'trust',
] %}
{#- Severity by size: from which share of the yearly cost, or of the company's people. -#}
{%- set money_bands = {'high': 0.02, 'medium': 0.005} %}
{%- set people_bands = {'high': 0.25, 'medium': 0.05} %}
{#- Findings of one cause that an action can hold. -#}
{%- set most_findings = 6 %}
with rules as (
    select * from {{ ref('mart_action_rules') }}
),

plans as (
    select * from {{ ref('mart_action_plans') }}
),

status as (
    select max(as_of) as as_of from {{ ref('source_status') }}
),

company_usage as (
    select * from {{ ref('department_usage_weekly') }}
    where department_key = 'all' and is_complete_week
),

company_seats as (
    select * from {{ ref('license_utilization_monthly') }}
    where department_key = 'all' and is_complete_month
),

company_costs as (
    select * from {{ ref('department_cost_monthly') }}
    where
        department_key = 'all'
        and tool <> 'all'
        and is_complete_month
        and cost_basis in ('billed', 'credits', 'vendor_estimate')
),

-- What the company has and pays, as far as it is shown: in the newest complete week, and in twelve such months.
company_people as (
    select max(headcount) as headcount
    from company_usage
    where week_start = (select max(weeks.week_start) from company_usage as weeks)
),

yearly_costs as (
    select nullif(12 * sum(cost), 0) as yearly_cost
    from (
        select cast(coalesce(contract_cost, cost) as {{ type_double() }}) as cost
        from company_seats
        where month_start = (select max(months.month_start) from company_seats as months)
        union all
        select max(cast(cost as {{ type_double() }})) as cost
        from company_costs
        where month_start = (select max(months.month_start) from company_costs as months)
        group by tool
    ) as costs
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

-- Whole millionths and cents: engines may differ in the last digit of a float, and severity and order must not.
measured as (
    select
        all_actions.*,
        rules.rule_version,
        rules.area,
        rules.page,
        rules.cause,
        rules.audience,
        rules.importance,
        rules.metric,
        rules.unit,
        rules.threshold,
        {%- for figure in ['all_actions.excess', 'rules.medium_from', 'rules.high_from'] %}
        cast(floor({{ figure }} * 1000000 + 0.5) as {{ dbt.type_bigint() }})
            as {{ figure.split('.')[1] }}_millionths,
        {%- endfor %}
        cast(floor(all_actions.money_a_year * 100 + 0.5) as {{ dbt.type_bigint() }}) as cents_a_year,
        case when rules.cause = rules.rule_id then all_actions.item else '' end as card_item
    from all_actions
    inner join rules
        on all_actions.rule_id = rules.rule_id
),

-- What is said of all tools joins what is said of one of them for the same cause.
of_tools as (
    select
        measured.*,
        first_value(tool) over (
            partition by cause, department_key, card_item
            order by
                case when tool = 'all' then 1 else 0 end asc, importance asc,
                coalesce(cents_a_year, 0) desc, excess_millionths desc, tool asc
        ) as first_tool
    from measured
),

placed as (
    select
        of_tools.*,
        case when tool = 'all' then first_tool else tool end as card_tool,
        row_number() over (
            partition by
                cause, department_key, card_item, case when tool = 'all' then first_tool else tool end
            order by importance asc, excess_millionths desc, tool asc, item asc
        ) as place
    from of_tools
),

cards as (
    select
        cause,
        department_key,
        card_item,
        card_tool,
        max(cents_a_year) as cents_a_year,
        max(people) as people,
        max(case when place = 1 then rule_id end)
        {%- for place in range(2, most_findings + 1) %}
        || coalesce(', ' || max(case when place = {{ place }} then rule_id end), '')
        {%- endfor %} as rule_ids,
        max(case when place = 1 then reason end)
        || max(case
            when place = 1 and open_since < period_start then ' ' || {{ action_since_en('placed') }}
            when place = 1 then ''
        end)
        {%- for place in range(2, most_findings + 1) %}
        || coalesce(' ' || max(case when place = {{ place }} then reason end), '')
        {%- endfor %} as evidence
    from placed
    group by cause, department_key, card_item, card_tool
),

leads as (
    select
        placed.rule_id,
        placed.rule_version,
        placed.area,
        placed.page,
        placed.cause,
        placed.audience,
        placed.importance,
        placed.department_key,
        placed.department_name,
        placed.card_tool as tool,
        placed.card_item as item,
        placed.period_start,
        placed.period_type,
        placed.open_since,
        placed.metric,
        placed.metric_value,
        placed.comparison_value,
        placed.threshold,
        placed.unit,
        placed.title,
        placed.excess_millionths,
        placed.medium_from_millionths,
        placed.high_from_millionths,
        cards.rule_ids,
        cards.evidence,
        cards.cents_a_year,
        cards.cents_a_year / cast(100 as {{ type_double() }}) as money_a_year,
        cards.people
    from placed
    inner join cards
        on
            placed.cause = cards.cause
            and placed.department_key = cards.department_key
            and placed.card_item = cards.card_item
            and placed.card_tool = cards.card_tool
    where placed.place = 1
),

-- 1 = high. Money by its share of what the company pays; where that is hidden, it is of medium size.
sized as (
    select
        leads.*,
        case
            when cents_a_year is null then null
            when cents_a_year >= {{ money_bands.high }} * 100 * yearly_costs.yearly_cost then 1
            when cents_a_year < {{ money_bands.medium }} * 100 * yearly_costs.yearly_cost then 3
            else 2
        end as money_place,
        case
            when people is null or company_people.headcount is null then null
            when people >= {{ people_bands.high }} * company_people.headcount then 1
            when people >= {{ people_bands.medium }} * company_people.headcount then 2
            else 3
        end as people_place,
        case
            when excess_millionths >= high_from_millionths then 1
            when excess_millionths >= medium_from_millionths then 2
            else 3
        end as excess_place,
        case when medium_from_millionths is null then 3 when high_from_millionths is null then 2 else 1 end
            as most_severe
    from leads
    cross join company_people
    cross join yearly_costs
),

judged as (
    select
        sized.*,
        case
            when size_place < most_severe then most_severe
            else size_place
        end as severity_place
    from (
        select
            sized.*,
            case
                when money_place is null and people_place is null then excess_place
                when people_place is null or money_place < people_place then money_place
                else people_place
            end as size_place
        from sized
    ) as sized
),

prioritised as (
    select
        judged.*,
        cause || '/' || department_key || '/' || tool
        || case when item <> '' then '/' || item else '' end as action_id,
        row_number() over (
            order by
                case audience when 'leaders' then 1 else 2 end asc, severity_place asc,
                coalesce(cents_a_year, -1) desc, coalesce(people, -1) desc, importance asc,
                excess_millionths desc, department_key asc, tool asc, item asc
        ) as priority
    from judged
),

final as (
    select
        prioritised.action_id,
        prioritised.rule_id,
        cast(prioritised.rule_version as {{ dbt.type_int() }}) as rule_version,
        prioritised.rule_ids,
        prioritised.cause,
        prioritised.audience,
        prioritised.area,
        prioritised.page,
        prioritised.department_key,
        prioritised.department_name,
        prioritised.tool,
        prioritised.period_start,
        prioritised.period_type,
        prioritised.open_since,
        coalesce(plans.action_state, 'open') as action_state,
        plans.owner,
        plans.due_date,
        coalesce(
            plans.action_state = 'acknowledged' and plans.due_date < cast(status.as_of as date), false
        ) as is_overdue,
        case prioritised.severity_place when 1 then 'high' when 2 then 'medium' else 'low' end as severity,
        cast(prioritised.priority as {{ dbt.type_int() }}) as priority,
        prioritised.money_a_year,
        cast(prioritised.people as {{ dbt.type_bigint() }}) as people,
        prioritised.title || coalesce({{ action_title_money_en('prioritised') }}, '') as title,
        {{ action_proposal_en('prioritised') }} as recommendation,
        prioritised.metric,
        prioritised.metric_value,
        cast({{ action_comparison_en('prioritised') }} as {{ dbt.type_string() }}) as comparison,
        prioritised.comparison_value,
        prioritised.threshold,
        prioritised.unit,
        prioritised.evidence,
        status.as_of
    from prioritised
    cross join status
    left join plans
        on lower(prioritised.action_id) = plans.action_id
)

select * from final

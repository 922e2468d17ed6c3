-- grain: one row per month, reporting unit, tool and cost basis (the item): exact money, `all` included
-- Money belongs to the department of the day; a mover's share stands in two units. Money that no
-- account carries (`unallocated`) concerns nobody in particular and is shown as it is; money of an account is
-- `unattributed`.
{%- set keys = ['period_type', 'period_start', 'unit_key', 'tool', 'item'] %}
{%- set names = cost_measures() | map(attribute='name') | list %}
with costs as (
    select * from {{ ref('fct_costs_daily') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'month'
),

rebuilt_periods as (
    select * from {{ ref('int_rebuilt_periods') }}
),

month_costs as (
    select
        {{ month_start('usage_date') }} as period_start,
        coalesce(person_key, account_key, 0) as contributor,
        case
            when bucket = 'person' then 'person'
            when bucket = 'unallocated' and person_key is null and account_key is null then 'unallocated'
            else 'unattributed'
        end as holder,
        department_key,
        tool,
        cost_basis as item,
        sum(cost) as cost,
        sum(unpriced_tokens) as unpriced_tokens,
        sum(total_tokens) as metered_tokens,
        sum(total_tokens - unpriced_tokens) as priced_tokens
    from costs
    where {{ is_rebuilt('month', month_start('usage_date')) }}
    group by
        {{ month_start('usage_date') }},
        coalesce(person_key, account_key, 0),
        case
            when bucket = 'person' then 'person'
            when bucket = 'unallocated' and person_key is null and account_key is null then 'unallocated'
            else 'unattributed'
        end,
        department_key,
        tool,
        cost_basis
),

-- The same money once for its unit and once for the company, each for its tool and for `all`.
unit_costs as (
    select
        month_costs.*,
        reporting_units.unit_key
    from month_costs
    inner join reporting_units
        on
            month_costs.period_start = reporting_units.period_start
            and month_costs.department_key = reporting_units.department_key
    where month_costs.holder = 'person'

    union all

    select
        month_costs.*,
        case when holder = 'person' then 'all' else holder end as unit_key
    from month_costs
),

contributions as (
    {%- for tool in ['tool', "'all'"] %}
    select
        'month' as period_type,
        period_start,
        contributor,
        unit_key,
        {{ tool }} as tool,
        item,
        {%- for name in names %}
        sum({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from unit_costs
    group by
        period_start,
        contributor,
        unit_key,
        {% if tool == 'tool' -%}
        tool,
        {% endif -%}
        item
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

{{ unit_figures(keys, cost_measures()) }}

select * from figures

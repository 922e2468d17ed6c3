-- grain: one row per month, reporting unit, tool and cost basis that the tool has: money behind its mask
{%- set measures = cost_measures() %}
{%- set keys = ['period_start', 'unit_key', 'tool', 'item'] %}
with figures as (
    select * from {{ ref('unit_figures_of_costs') }}
),

unit_headcounts as (
    select * from {{ ref('int_unit_headcounts') }}
    where period_type = 'month'
),

hidden_cells as (
    select * from {{ ref('suppression_audit') }}
    where period_type = 'month'
),

flags as (
    {{ hidden_flags('hidden_cells', keys, measures) }}
),

units as (
    select
        period_start,
        unit_key,
        unit_name,
        department_set
    from unit_headcounts

    union all

    select distinct
        period_start,
        unit_key,
        case unit_key
            when 'unattributed' then '{{ reserved_units()['unattributed'] }}'
            else '{{ reserved_units()['unallocated'] }}'
        end as unit_name,
        unit_key as department_set
    from figures
    where unit_key in ('unattributed', 'unallocated')
),

-- Every department has a row where anybody in the company has that cost: no row would tell a zero.
company_costs as (
    select distinct
        period_start,
        tool,
        item
    from figures
    where unit_key = 'all'
),

spine as (
    select
        units.*,
        company_costs.tool,
        company_costs.item
    from units
    inner join company_costs
        on units.period_start = company_costs.period_start
    where units.unit_key not in ('unattributed', 'unallocated')

    union all

    select
        units.*,
        figures.tool,
        figures.item
    from units
    inner join figures
        on
            units.period_start = figures.period_start
            and units.unit_key = figures.unit_key
    where units.unit_key in ('unattributed', 'unallocated')
),

final as (
    select
        spine.period_start,
        spine.unit_key,
        spine.unit_name,
        spine.department_set,
        spine.tool,
        spine.item as cost_basis,
        -- A cost nobody could price is NULL; no row at all is a zero.
        case
            when coalesce(flags.cost_hidden, 0) = 0 and figures.unit_key is null then 0
            when coalesce(flags.cost_hidden, 0) = 0 then figures.cost
        end as cost,
        {%- for name in ['unpriced_tokens', 'metered_tokens'] %}
        case
            when coalesce(flags.{{ name }}_hidden, 0) = 0
                then case
                    when figures.unit_key is null and spine.item = 'metered_list' then 0
                    else figures.{{ name }}
                end
        end as {{ name }},
        {%- endfor %}
        coalesce(flags.cost_hidden, 0) as cost_hidden,
        coalesce(flags.unpriced_tokens_hidden, 0) + coalesce(flags.metered_tokens_hidden, 0) > 0
            as are_tokens_hidden
    from spine
    left join figures
        on
            spine.period_start = figures.period_start
            and spine.unit_key = figures.unit_key
            and spine.tool = figures.tool
            and spine.item = figures.item
    left join flags
        on
            spine.period_start = flags.period_start
            and spine.unit_key = flags.unit_key
            and spine.tool = flags.tool
            and spine.item = flags.item
)

select * from final

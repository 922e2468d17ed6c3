-- grain: one row per month, reporting unit and product that the company holds: seats behind their mask
{%- set measures = seat_measures() %}
{%- set classes = seat_classes() | list %}
{%- set keys = ['period_start', 'unit_key', 'item'] %}
with figures as (
    select * from {{ ref('unit_figures_of_seats') }}
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

products as (
    select distinct
        period_start,
        tool,
        item
    from figures
),

spine as (
    select
        products.*,
        unit_headcounts.unit_key,
        unit_headcounts.unit_name
    from products
    inner join unit_headcounts
        on products.period_start = unit_headcounts.period_start

    union all

    select
        period_start,
        tool,
        item,
        unit_key,
        '{{ reserved_units()['unattributed'] }}' as unit_name
    from figures
    where unit_key = 'unattributed'
),

filled as (
    select
        spine.*,
        {%- for measure in measures %}
        case when figures.unit_key is null then 0 else figures.{{ measure.name }} end as {{ measure.name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from spine
    left join figures
        on
            spine.period_start = figures.period_start
            and spine.unit_key = figures.unit_key
            and spine.item = figures.item
),

masked_seats as (
    select
        filled.period_start,
        filled.unit_key,
        filled.unit_name,
        filled.tool,
        filled.item as product,
        {%- for measure in measures %}
        {{ masked(measure.name, figures='filled') }}{{ ',' if not loop.last }}
        {%- endfor %}
    from filled
    left join flags
        on
            filled.period_start = flags.period_start
            and filled.unit_key = flags.unit_key
            and filled.item = flags.item
),

-- Where the holders or a class are hidden, a zero would tell how many classes share the rest.
final as (
    select
        period_start,
        unit_key,
        unit_name,
        tool,
        product,
        {%- for measure in measures %}
        {% if measure.name in classes -%}
        case
            when
                {{ measure.name }} > 0
                or seat_holders_hidden
                {%- for class in classes %}
                + {{ class }}_hidden
                {%- endfor %} = 0
                then {{ measure.name }}
        end as {{ measure.name }},
        {%- else -%}
        {{ measure.name }},
        {%- endif %}
        {{ measure.name }}_hidden{{ ',' if not loop.last }}
        {%- endfor %}
    from masked_seats
)

select * from final

-- grain: one row per figure with contributors (period, unit, tool, measure, item), exact, of every family
-- Figures of different marts stand here side by side, so that one mask serves them all.
with
{%- for family in cell_families() %}
{{ family.name }}_figures as (
    {%- if family.period %}
    select
        figures.*,
        '{{ family.period }}' as period_type,
        figures.{{ family.period }}_start as period_start
    from {{ ref(family.relation) }} as figures
    {%- else %}
    select * from {{ ref(family.relation) }}
    {%- endif %}
    {%- if family.where %}
    where {{ family.where }}
    {%- endif %}
),

{{ family.name }}_cells as (
    {{ cells_of(family.name ~ '_figures', family.measures, item=family.item) }}
),
{% endfor %}
-- The cost of a tool's seats is the sum over its products: a line of its own.
product_costs as (
    select * from seat_cells
    where measure = 'seat_cost'
),

final as (
    {%- for family in cell_families() %}
    select * from {{ family.name }}_cells
    union all
    {%- endfor %}
    select
        {%- for column in figure_columns() %}
        {% if column == 'measure' -%}
        'product_cost' as measure
        {%- elif column == 'part_group' -%}
        'seat_product' as part_group
        {%- elif column == 'is_part_total' -%}
        false as is_part_total
        {%- else -%}
        {{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from product_costs
)

select * from final

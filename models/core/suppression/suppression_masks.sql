-- grain: one row a cell with contributors: hidden or shown, and the first reason that hid it
-- Passes over units, tools, parts and ties alternate a fixed number of times. A line in which one
-- hidden cell is still alone hides its measure group for the whole period. See docs/decisions/0003.
{%- set rounds = 3 %}
with cells as (
    select * from {{ ref('suppression_cells') }}
),

primary_masks as (
    select
        {{ cell_columns() | join(',\n        ') }},
        {{ primary_reason() }} as hidden_reason
    from cells
),

{% set state = namespace(previous='primary_masks') -%}
{%- for round in range(1, rounds + 1) -%}
{%- for line in cell_lines() -%}
{{ line.name }}_{{ round }} as (
    {{ hide_second(state.previous, line) }}
),

{% set state.previous = line.name ~ '_' ~ round -%}
{%- endfor -%}
ties_{{ round }} as (
    {{ hide_ties(state.previous) }}
),

{% set state.previous = 'ties_' ~ round -%}
{%- endfor -%}

line_states as (
    select
        *,
        {%- for line in cell_lines() %}
        sum(case when hidden_reason is null then 0 else 1 end) over (
            partition by {{ line.key | join(', ') }}, {{ line.member }}
        ) as hidden_in_{{ line.name }},
        count(*) over (
            partition by {{ line.key | join(', ') }}, {{ line.member }}
        ) as cells_in_{{ line.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ state.previous }}
),

unresolved_groups as (
    select distinct
        period_type,
        period_start,
        mask_group
    from line_states
    where
        {%- for line in cell_lines() %}
        {{ 'or ' if not loop.first }}({{ line.member }}
        and hidden_in_{{ line.name }} = 1 and cells_in_{{ line.name }} > 1)
        {%- endfor %}
),

final as (
    select
        {%- for column in cell_columns() %}
        line_states.{{ column }},
        {%- endfor %}
        coalesce(
            line_states.hidden_reason,
            case when unresolved_groups.mask_group is not null then 'unresolved_line' end
        ) as hidden_reason
    from line_states
    left join unresolved_groups
        on
            line_states.period_type = unresolved_groups.period_type
            and line_states.period_start = unresolved_groups.period_start
            and line_states.mask_group = unresolved_groups.mask_group
)

select * from final

-- grain: one row a cell with contributors: hidden or shown, and the first reason that hid it
-- Periods in which a line is still left with a single hidden cell go through a few more rounds, which prefer
-- to close the pattern. If that fails too, the group of measures is hidden in that period, as is what the
-- linear audit found to be told. See docs/decisions/0003-secondary-suppression.md.
{%- set closing_rounds = 4 %}
{%- set showing_passes = 3 %}
with first_round as (
    select * from {{ ref('suppression_first_round') }}
),

hidden_groups as (
    select * from {{ ref('stg_closed__hidden_groups') }}
),

{{ open_mask_groups('first_round') }},

-- Lines and ties reach from one group into another, so that a period is settled or open as a whole.
open_periods as (
    select distinct
        period_type,
        period_start
    from open_groups
),

reopened as (
    select first_round.*
    from first_round
    inner join open_periods
        on
            first_round.period_type = open_periods.period_type
            and first_round.period_start = open_periods.period_start
),

settled as (
    select first_round.*
    from first_round
    left join open_periods
        on
            first_round.period_type = open_periods.period_type
            and first_round.period_start = open_periods.period_start
    where open_periods.period_type is null
),

{{ suppression_rounds('reopened', closing_rounds) }},

{{ open_mask_groups('last_round') | replace('line_states', 'last_line_states')
    | replace('open_groups', 'unresolved_groups') }},

closed as (
    select
        {%- for column in cell_columns() %}
        last_round.{{ column }},
        {%- endfor %}
        coalesce(
            last_round.hidden_reason,
            case when unresolved_groups.mask_group is not null then 'unresolved_line' end
        ) as hidden_reason
    from last_round
    left join unresolved_groups
        on
            last_round.period_type = unresolved_groups.period_type
            and last_round.period_start = unresolved_groups.period_start
            and last_round.mask_group = unresolved_groups.mask_group
),

hidden as (
    select * from settled
    union all
    select * from closed
),

-- What an earlier pass hid is often needless once a later one has hidden something else.
{% for pass in range(1, showing_passes + 1) -%}
shown_again_{{ pass }} as (
{{ show_again('hidden' if loop.first else 'shown_again_' ~ (pass - 1)) }}
),

{% endfor -%}
masked as (
    select * from shown_again_{{ showing_passes }}
),

-- A group is hidden for one unit or for all (`*`), in one tool or in all, with its sums or as parts alone.
hidden_by_audit as (
    select distinct
        masked.period_type,
        masked.period_start,
        masked.unit_key,
        masked.tool,
        masked.measure,
        masked.item
    from masked
    inner join hidden_groups
        on
            masked.period_type = hidden_groups.period_type
            and masked.period_start = hidden_groups.period_start
            and hidden_groups.unit_key in (masked.unit_key, '*')
            and hidden_groups.tool in (masked.tool, '*')
            and (
                masked.mask_group = hidden_groups.mask_group
                or (masked.part_group = hidden_groups.mask_group and not masked.is_part_total)
            )
),

final as (
    select
        {%- for column in cell_columns() %}
        masked.{{ column }},
        {%- endfor %}
        coalesce(
            masked.hidden_reason,
            case when hidden_by_audit.measure is not null then 'audit' end
        ) as hidden_reason
    from masked
    left join hidden_by_audit
        on
            {%- for column in cell_keys() %}
            {{ 'and ' if not loop.first }}masked.{{ column }} = hidden_by_audit.{{ column }}
            {%- endfor %}
)

select * from final

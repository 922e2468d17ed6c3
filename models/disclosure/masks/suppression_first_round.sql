-- grain: one row a cell with contributors, with the reason that hides it after one round of passes
-- What each cell needs by itself, months that would tell a hidden week, then one pass each over units,
-- tools, parts and ties.
with cells as (
    select * from {{ ref('suppression_cells') }}
),

primary_masks as (
    select
        {{ cell_columns() | join(',\n        ') }},
        {{ primary_reason() }} as hidden_reason
    from cells
),

month_masks as (
{{ hide_months_of_weeks('primary_masks') }}
),

{{ suppression_rounds('month_masks', 1) }}

select * from last_round

-- grain: one row a cell with contributors, with the reason that hides it after one round of passes
-- What each cell needs by itself, then one pass each over units, tools, parts and ties.
with cells as (
    select * from {{ ref('suppression_cells') }}
),

primary_masks as (
    select
        {{ cell_columns() | join(',\n        ') }},
        {{ primary_reason() }} as hidden_reason
    from cells
),

{{ suppression_rounds('primary_masks', 1) }}

select * from last_round

-- Fails for every published figure that few people made, or one or two of them nearly alone.
-- The rule is applied again to the exact cells, whatever the masks say.
{{ config(tags=['audit']) }}
with published as (
    {{ published_cells() }}
),

cells as (
    select * from {{ ref('suppression_cells') }}
),

judged as (
    select
        cells.*,
        {{ primary_reason() }} as reason
    from cells
),

final as (
    select
        published.published_table,
        published.period_start,
        published.unit_key,
        published.tool,
        published.measure,
        published.item,
        judged.reason
    from published
    inner join judged
        on
            published.period_type = judged.period_type
            and published.period_start = judged.period_start
            and published.unit_key = judged.unit_key
            and published.tool = judged.tool
            and published.measure = judged.measure
            and published.item = judged.item
    where published.shown_value is not null and judged.reason is not null
)

select * from final

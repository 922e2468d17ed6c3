-- Fails where a mart shows a figure that the masks hide, or another figure than the cell's, or hides
-- one that the masks show. What tells of use is NULL where the use was not read, and no mask says so.
{{ config(tags=['audit']) }}
{%- set of_use = ['seats_active', 'never_used', 'dormant', 'under_used', 'used'] + adoption_stages()[1:] %}
with published as (
    {{ published_cells() }}
),

masks as (
    select * from {{ ref('suppression_masks') }}
),

unread as (
    select
        period_type,
        period_start,
        tool
    from {{ ref('tool_periods') }}
    where not gives_active or not is_observed
),

final as (
    select
        published.published_table,
        published.period_start,
        published.unit_key,
        published.tool,
        published.measure,
        published.item
    from published
    inner join masks
        on
            published.period_type = masks.period_type
            and published.period_start = masks.period_start
            and published.unit_key = masks.unit_key
            and published.tool = masks.tool
            and published.measure = masks.measure
            and published.item = masks.item
    left join unread
        on
            published.period_type = unread.period_type
            and published.period_start = unread.period_start
            and published.tool = unread.tool
    where
        (masks.hidden_reason is not null and published.shown_value is not null)
        or (
            masks.hidden_reason is null
            and masks.value is not null
            and published.shown_value is null
            and (
                unread.tool is null
                or published.measure not in (
                    {%- for name in of_use %}
                    '{{ name }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                )
            )
        )
        -- Money is published to the cent, credits to the thousandth.
        or abs(published.shown_value - masks.value) > 0.0051
)

select * from final

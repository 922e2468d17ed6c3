-- grain: one row per hidden cell (period, unit, tool, measure, item) with the reason; never published
with masks as (
    select * from {{ ref('suppression_masks') }}
    where hidden_reason is not null
),

final as (
    select
        period_type,
        period_start,
        unit_key,
        tool,
        measure,
        item,
        hidden_reason as reason,
        hidden_reason not in (
            {%- for reason in secondary_reasons() + ['same_figure'] %}
            '{{ reason }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ) as is_primary,
        contributors,
        value
    from masks
)

select * from final

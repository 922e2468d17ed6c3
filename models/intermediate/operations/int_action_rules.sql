-- grain: one row per rule of recommended actions, with the company's limits or the defaults
with rules as (
    select * from {{ ref('action_rules') }}
),

thresholds as (
    select
        name,
        max(value) as value
    from {{ ref('stg_company__thresholds') }}
    group by name
),

final as (
    select
        rules.rule_id,
        rules.version,
        rules.area,
        rules.page,
        rules.cause,
        rules.audience,
        rules.importance,
        rules.title,
        rules.recommendation,
        rules.metric,
        rules.unit,
        {%- for limit in ['threshold', 'second_threshold', 'minimum'] %}
        rules.{{ limit }}_name,
        cast(coalesce({{ limit }}_set.value, rules.{{ limit }}) as {{ type_double() }}) as {{ limit }},
        {%- endfor %}
        cast(rules.medium_from as {{ type_double() }}) as medium_from,
        cast(rules.high_from as {{ type_double() }}) as high_from
    from rules
    {%- for limit in ['threshold', 'second_threshold', 'minimum'] %}
    left join thresholds as {{ limit }}_set
        on rules.{{ limit }}_name = {{ limit }}_set.name
    {%- endfor %}
)

select * from final

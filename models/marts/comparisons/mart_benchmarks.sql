-- grain: one row per figure that others have published: what it is of, and whether ours may be set beside it
{{ config(alias='benchmarks') }}
with benchmarks as (
    select * from {{ ref('benchmarks') }}
),

final as (
    select
        figure,
        value,
        unit,
        population,
        period,
        definition,
        comparable_to is not null as is_comparable,
        comparable_to,
        difference,
        source,
        read_on,
        grade
    from benchmarks
)

select * from final

-- grain: one row per week, tool and model family in use: the measure, and the tier most of its use had
with model_weeks as (
    select * from {{ ref('person_model_weeks') }}
),

use_by_tier as (
    select
        week_start,
        tool,
        measure,
        model_family,
        tier,
        max(tier_rank) as tier_rank,
        sum(model_use) as model_use
    from model_weeks
    group by week_start, tool, measure, model_family, tier
),

ranked as (
    select
        *,
        row_number() over (
            partition by week_start, tool, model_family
            order by model_use desc, coalesce(tier_rank, 0) desc, coalesce(tier, '')
        ) as place
    from use_by_tier
),

final as (
    select
        week_start,
        tool,
        measure,
        model_family,
        tier
    from ranked
    where place = 1
)

select * from final

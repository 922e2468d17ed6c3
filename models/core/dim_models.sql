-- grain: one row per model and span of days with one tier

with models as (
    select * from {{ ref('models') }}
),

model_tiers as (
    select * from {{ ref('model_tiers') }}
),

account_model_days as (
    select * from {{ ref('int_account_model_days') }}
),

-- A model that is used before the reference list knows it has a row too: without family and tier.
all_models as (
    select model from models
    union distinct
    select model from model_tiers
    union distinct
    select model from account_model_days
    where model is not null
),

final as (
    select
        all_models.model,
        models.family,
        models.vendor,
        model_tiers.tier,
        model_tiers.tier_rank,
        coalesce(model_tiers.valid_from, {{ date_bound('first') }}) as valid_from,
        coalesce(model_tiers.valid_to, {{ date_bound('last') }}) as valid_to
    from all_models
    left join models
        on all_models.model = models.model
    left join model_tiers
        on all_models.model = model_tiers.model
)

select * from final

-- grain: one row per account, tool, model and UTC day
-- Credits used, at the company's rate of the day.
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'usage_date'}}
) }}
{%- set changes = changes_since_built() %}

with credit_days as (
    select * from {{ ref('port_credit_days') }}
    {%- if changes %}
    where {{ is_changed(changes, {'usage_date': 'days'}) }}
    {%- endif %}
),

model_aliases as (
    select * from {{ ref('model_aliases') }}
),

credit_rates as (
    select
        unit,
        price_per_unit,
        currency,
        valid_from,
        coalesce(valid_to, {{ date_bound('last') }}) as valid_to
    from {{ ref('stg_company__credit_rates') }}
),

account_credits as (
    select
        credit_days.account_key,
        credit_days.tool,
        {{ known_model('credit_days.model') }} as model,
        credit_days.unit,
        credit_days.usage_date,
        {{ total_money('credit_days.credits') }} as credits
    from credit_days
    left join model_aliases
        on {{ model_spelling('credit_days.model') }} = model_aliases.alias
    {{ join_owners('credit_days', 'usage_date') }}
    where {{ is_owned('credit_days', 'credits') }}
    group by
        credit_days.account_key,
        credit_days.tool,
        {{ known_model('credit_days.model') }},
        credit_days.unit,
        credit_days.usage_date
),

final as (
    select
        account_credits.account_key,
        account_credits.tool,
        account_credits.model,
        account_credits.usage_date,
        account_credits.credits,
        {{ multiply_money('account_credits.credits', 'credit_rates.price_per_unit') }}
            as vendor_cost,
        credit_rates.currency as vendor_currency,
        {{ inputs_version() }} as inputs_version
    from account_credits
    left join credit_rates
        on
            account_credits.unit = credit_rates.unit
            and account_credits.usage_date >= credit_rates.valid_from
            and account_credits.usage_date < credit_rates.valid_to
)

select * from final

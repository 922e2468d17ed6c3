-- grain: one row per person (or account of a bucket), tool, model, basis, vendor currency and UTC day
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'usage_date', 'keys': {'person_key': 'people', 'account_key': 'accounts'}}}
) }}
{%- set changes = changes_since_built() %}

with account_costs as (
    select * from {{ ref('int_account_costs') }}
    {%- if changes %}
    where {{ is_changed(changes, {'usage_date': 'days', 'account_key': 'accounts'}) }}
    {%- endif %}
),

account_people as (
    select * from {{ ref('int_account_people') }}
),

people as (
    select * from {{ ref('int_organisation_history') }}
),

seats as (
    select * from {{ ref('fct_seats_daily') }}
    {%- if changes %}
    where {{ is_changed(changes, {'seat_date': 'days', 'person_key': 'people', 'account_key': 'accounts'}) }}
    {%- endif %}
),

exchange_rates as (
    select * from {{ ref('stg_company__exchange_rates') }}
    where to_currency = '{{ var("reporting_currency") }}'
),

-- Use after the last employed day belongs to no person and no department.
usage_costs as (
    select
        account_people.person_key,
        case when account_people.person_key is null then account_costs.account_key end as account_key,
        case
            when account_costs.is_unallocated then 'unallocated'
            when account_people.person_key is not null then 'person'
            when account_people.unmatched_reason in ('agent', 'service_account')
                then account_people.unmatched_reason
            else 'unattributed'
        end as bucket,
        account_costs.tool,
        account_costs.model,
        account_costs.cost_basis,
        account_costs.usage_date,
        people.department_key,
        account_costs.cost,
        account_costs.vendor_cost,
        account_costs.vendor_currency,
        account_costs.credits,
        account_costs.unpriced_tokens,
        account_costs.total_tokens,
        account_costs.is_allocated,
        account_costs.price_valid_from
    from account_costs
    left join account_people
        on
            account_costs.account_key = account_people.account_key
            and account_costs.usage_date >= account_people.valid_from
            and account_costs.usage_date < account_people.valid_to
    left join people
        on
            account_people.person_key = people.person_key
            and account_costs.usage_date >= people.valid_from
            and account_costs.usage_date < people.valid_to
),

-- A seat that a leaver still holds is paid by the department it was bought for.
seat_costs as (
    select
        seats.person_key,
        case when seats.person_key is null then seats.account_key end as account_key,
        case when seats.person_key is null then 'unattributed' else 'person' end as bucket,
        seats.tool,
        cast(null as {{ dbt.type_string() }}) as model,
        'seat_allocated' as cost_basis,
        seats.seat_date as usage_date,
        seats.department_key,
        {{ converted_cost('seats.price_per_day', 'seats.currency') }} as cost,
        seats.price_per_day as vendor_cost,
        seats.currency as vendor_currency,
        cast(null as {{ type_money() }}) as credits,
        cast(null as {{ dbt.type_bigint() }}) as unpriced_tokens,
        cast(null as {{ dbt.type_bigint() }}) as total_tokens,
        true as is_allocated,
        seats.price_valid_from
    from seats
    left join exchange_rates
        on
            seats.currency = exchange_rates.from_currency
            and seats.seat_date >= exchange_rates.valid_from
            and seats.seat_date < coalesce(exchange_rates.valid_to, {{ date_bound('last') }})
),

costs as (
    select * from usage_costs
    union all
    select * from seat_costs
),

final as (
    select
        person_key,
        account_key,
        bucket,
        tool,
        model,
        cost_basis,
        usage_date,
        department_key,
        {{ total_money('cost') }} as cost,
        '{{ var("reporting_currency") }}' as currency,
        {{ total_money('vendor_cost') }} as vendor_cost,
        vendor_currency,
        {{ total_money('credits') }} as credits,
        {{ total('unpriced_tokens') }} as unpriced_tokens,
        {{ total('total_tokens') }} as total_tokens,
        {{ dbt.bool_or('is_allocated') }} as is_allocated,
        max(price_valid_from) as price_valid_from,
        {{ inputs_version() }} as inputs_version
    from costs
    {%- if changes %}
    where {{ is_changed(changes, {'usage_date': 'days', 'person_key': 'people', 'account_key': 'accounts'}) }}
    {%- endif %}
    group by
        person_key,
        account_key,
        bucket,
        tool,
        model,
        cost_basis,
        usage_date,
        department_key,
        vendor_currency
)

select * from final

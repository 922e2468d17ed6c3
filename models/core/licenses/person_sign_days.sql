-- grain: one row per person, tool of the seat and day with activity or another sign of life
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date', 'keys': {'person_key': 'people'}}}
) }}
{%- set changes = changes_since_built() %}
with usage_days as (
    select * from {{ ref('fct_usage_daily') }}
    where
        is_active
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days', 'person_key': 'people'}) }}
        {%- endif %}
),

signs_of_life as (
    select * from {{ ref('int_account_signs_of_life') }}
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days', 'account_key': 'accounts'}) }}
    {%- endif %}
),

account_people as (
    select * from {{ ref('int_account_people') }}
    where person_key is not null
),

days as (
    select
        person_key,
        tool,
        activity_date,
        true as is_use
    from usage_days

    union all

    select
        account_people.person_key,
        signs_of_life.tool,
        signs_of_life.activity_date,
        signs_of_life.is_use
    from signs_of_life
    inner join account_people
        on
            signs_of_life.account_key = account_people.account_key
            and signs_of_life.activity_date >= account_people.valid_from
            and signs_of_life.activity_date < account_people.valid_to
),

final as (
    select
        person_key,
        tool,
        {{ dbt.bool_or('is_use') }} as is_use,
        {{ inputs_version() }} as inputs_version,
        activity_date
    from days
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days', 'person_key': 'people'}) }}
    {%- endif %}
    group by person_key, tool, activity_date
)

select * from final

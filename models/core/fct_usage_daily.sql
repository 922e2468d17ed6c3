-- grain: one row per person, tool and day
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date', 'keys': {'person_key': 'people'}}}
) }}
{%- set changes = changes_since_built() %}

with account_usage_days as (
    select * from {{ ref('int_account_usage_days') }}
    where
        person_key is not null
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days', 'account_key': 'accounts'}) }}
        and {{ is_changed(changes, {'activity_date': 'days', 'person_key': 'people'}) }}
        {%- endif %}
),

tools as (
    select * from {{ ref('dim_tools') }}
),

feature_counts as (
    select
        person_key,
        tool,
        count(*) as distinct_features,
        activity_date
    from {{ ref('fct_features_daily') }}
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days', 'person_key': 'people'}) }}
    {%- endif %}
    group by person_key, tool, activity_date
),

person_days as (
    select
        person_key,
        tool,
        {{ usage_day_measures() }},
        activity_date
    from account_usage_days
    group by person_key, tool, activity_date
),

final as (
    select
        person_days.person_key,
        person_days.tool,
        {{ usage_day_columns('person_days') }},
        {{ inputs_version() }} as inputs_version,
        person_days.activity_date
    from person_days
    left join tools
        on person_days.tool = tools.tool
    left join feature_counts
        on
            person_days.person_key = feature_counts.person_key
            and person_days.tool = feature_counts.tool
            and person_days.activity_date = feature_counts.activity_date
)

select * from final

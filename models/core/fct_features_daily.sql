-- grain: one row per person, tool, feature and day on which the person used the feature
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date', 'keys': {'person_key': 'people'}}}
) }}
{%- set changes = changes_since_built() %}

with account_feature_days as (
    select * from {{ ref('int_account_feature_days') }}
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days', 'account_key': 'accounts'}) }}
    {%- endif %}
),

final as (
    select distinct
        person_key,
        tool,
        feature,
        {{ inputs_version() }} as inputs_version,
        activity_date
    from account_feature_days
    where
        person_key is not null
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days', 'person_key': 'people'}) }}
        {%- endif %}
)

select * from final

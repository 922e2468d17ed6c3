{#- Features that ChatGPT's messages tell of, in column order. -#}
{% macro chatgpt_features() -%}
    {{ return(['search', 'code', 'images', 'files', 'gpt', 'project', 'other']) }}
{%- endmacro %}


{#- Features that a user-day of GitHub Copilot tells of. -#}
{% macro github_copilot_features() -%}
    {{ return(['chat', 'agent', 'cli', 'completion', 'review', 'other']) }}
{%- endmacro %}


{#- Apps whose last use the report of Microsoft 365 Copilot names. -#}
{% macro m365_copilot_report_apps() -%}
    {{ return([
        'chat', 'teams', 'word', 'excel', 'powerpoint', 'outlook', 'onenote', 'loop', 'edge', 'agent',
    ]) }}
{%- endmacro %}


{#-
    The features used by account and day, from a table of session parts with a column `used_<feature>` each.

    parts:     model of session parts, one row per account, session, day, surface and model
    features:  those columns
    resources: as in the model's meta.replace_days
-#}
{% macro feature_days_of_parts(parts, features, resources) -%}
with parts as (
    select * from {{ ref(parts) }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('activity_date', resources, 1) }}
    {%- endif %}
),

used as (
    {%- for feature in features %}
    select
        account_key,
        '{{ feature }}' as feature,
        activity_date
    from parts
    where used_{{ feature }}
    {{- "\n\n    union all" if not loop.last }}
    {%- endfor %}
),

final as (
    select distinct
        account_key,
        feature,
        {{ loaded_through(resources) }} as loaded_through,
        activity_date
    from used
)

select * from final
{%- endmacro %}

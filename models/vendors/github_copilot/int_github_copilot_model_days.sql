-- grain: one row per account, surface, model and vendor day (UTC) of GitHub Copilot
{%- set resources = ['github_copilot.user_days', 'github_copilot.user_day_models'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 0}}
) }}

with user_days as (
    select * from {{ ref('int_github_copilot_user_days') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('day', resources) }}
    {%- endif %}
),

user_day_models as (
    select * from {{ ref('stg_github_copilot__user_day_models') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('day', resources) }}
    {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'github_copilot' and namespace = 'github-user'
),

interactions_by_model as (
    select
        user_days.user_token,
        user_day_models.feature as surface,
        user_day_models.model,
        coalesce(user_day_models.user_initiated_interactions, 0) as interactions,
        cast(null as {{ dbt.type_bigint() }}) as input_tokens,
        cast(null as {{ dbt.type_bigint() }}) as output_tokens,
        user_days.day
    from user_days
    inner join user_day_models
        on
            user_days.tenant = user_day_models.tenant
            and user_days.scope = user_day_models.scope
            and user_days.user_token = user_day_models.user_token
            and user_days.day = user_day_models.day
),

-- The command line and the Copilot app are in no breakdown and name no model, but have tokens.
unnamed_usage as (
    {%- for surface, told in {'cli': 'cli', 'copilot_app': 'app'}.items() %}
    {%- set has_tokens = 'coalesce(' ~ told ~ '_prompt_tokens, ' ~ told ~ '_output_tokens) is not null' %}
    select
        user_token,
        '{{ surface }}' as surface,
        cast(null as {{ dbt.type_string() }}) as model,
        coalesce({{ told }}_prompts, 0) as interactions,
        case when {{ has_tokens }} then coalesce({{ told }}_prompt_tokens, 0) end as input_tokens,
        case when {{ has_tokens }} then coalesce({{ told }}_output_tokens, 0) end as output_tokens,
        day
    from user_days
    where coalesce({{ told }}_prompts, 0) > 0 or {{ has_tokens }}
    {{- "\n\n    union all\n" if not loop.last }}
    {%- endfor %}
),

model_usage as (
    select * from interactions_by_model
    union all
    select * from unnamed_usage
),

final as (
    select
        accounts.account_key,
        'github_copilot' as tool,
        model_usage.surface,
        model_usage.model,
        {{ total('model_usage.interactions') }} as interactions,
        {{ total('model_usage.input_tokens') }} as input_tokens,
        {{ total('model_usage.output_tokens') }} as output_tokens,
        {{ loaded_through(resources) }} as loaded_through,
        model_usage.day as activity_date
    from model_usage
    left join accounts
        on model_usage.user_token = accounts.id_token
    group by accounts.account_key, model_usage.surface, model_usage.model, model_usage.day
)

select * from final

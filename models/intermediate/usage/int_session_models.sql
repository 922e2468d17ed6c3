-- grain: one row per session in which several models answered: the one with most turns
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date'}}
) }}
{%- set changes = changes_since_built() %}
{# Apart from int_account_sessions, because an edit of tiers or aliases must not need a full
    refresh; of the few sessions that have a choice at all, because ranking every session would be
    the dearest step after the messages themselves. #}

with account_sessions as (
    select * from {{ ref('int_account_sessions') }}
    where
        has_several_models
        {%- if changes %}
        and {{ is_changed(changes, {'activity_date': 'days'}) }}
        {%- endif %}
),

session_parts as (
    select * from {{ ref('port_session_parts') }}
    where
        model is not null
        {%- if changes %}
        and {{ is_changed(changes, {'session_date': 'days'}) }}
        {%- endif %}
),

model_aliases as (
    select * from {{ ref('model_aliases') }}
),

model_tiers as (
    select * from {{ ref('model_tiers') }}
),

model_turns as (
    select
        account_sessions.session_key,
        account_sessions.activity_date,
        {{ known_model('session_parts.model') }} as model,
        sum(session_parts.user_messages) as turns
    from account_sessions
    inner join session_parts
        on account_sessions.session_key = session_parts.session_key
    left join model_aliases
        on {{ model_spelling('session_parts.model') }} = model_aliases.alias
    group by
        account_sessions.session_key,
        account_sessions.activity_date,
        {{ known_model('session_parts.model') }}
),

ranked_models as (
    select
        model_turns.session_key,
        model_turns.activity_date,
        model_turns.model,
        row_number() over (
            partition by model_turns.session_key
            order by
                model_turns.turns desc,
                coalesce(model_tiers.tier_rank, 0) desc,
                model_turns.model
        ) as model_rank
    from model_turns
    left join model_tiers
        on
            model_turns.model = model_tiers.model
            and model_turns.activity_date >= model_tiers.valid_from
            and model_turns.activity_date < model_tiers.valid_to
    where model_turns.model is not null
),

final as (
    select
        session_key,
        model as majority_model,
        {{ inputs_version() }} as inputs_version,
        activity_date
    from ranked_models
    where model_rank = 1
)

select * from final

-- grain: one row per session of a person
{{ config(
    materialized=kind_built_by_changes(),
    incremental_strategy='replace_changed',
    meta={'replace_changed': {'day': 'activity_date', 'keys': {'person_key': 'people'}}}
) }}
{%- set changes = changes_since_built() %}

with account_sessions as (
    select * from {{ ref('int_account_sessions') }}
    {%- if changes %}
    where {{ is_changed(changes, {'activity_date': 'days', 'account_key': 'accounts'}) }}
    {%- endif %}
),

account_people as (
    select * from {{ ref('int_account_people') }}
    where person_key is not null
),

session_models as (
    select * from {{ ref('int_session_models') }}
),

dim_models as (
    select * from {{ ref('dim_models') }}
),

model_aliases as (
    select * from {{ ref('model_aliases') }}
),

person_sessions as (
    select
        account_sessions.*,
        account_people.person_key,
        case
            when account_sessions.has_several_models then session_models.majority_model
            else {{ known_model('account_sessions.only_model') }}
        end as majority_model
    from account_sessions
    inner join account_people
        on
            account_sessions.account_key = account_people.account_key
            and account_sessions.activity_date >= account_people.valid_from
            and account_sessions.activity_date < account_people.valid_to
    left join session_models
        on account_sessions.session_key = session_models.session_key
    left join model_aliases
        on {{ model_spelling('account_sessions.only_model') }} = model_aliases.alias
    {{ join_owners('account_sessions') }}
    where {{ is_owned('account_sessions', 'sessions') }}
),

final as (
    select
        person_sessions.session_key,
        person_sessions.person_key,
        person_sessions.tool,
        person_sessions.started_at,
        person_sessions.ended_at,
        person_sessions.surface,
        person_sessions.user_messages,
        person_sessions.conversations,
        person_sessions.prompt_chars,
        person_sessions.measured_messages,
        person_sessions.majority_model,
        dim_models.tier = 'advanced' as is_advanced,
        'message_gaps' as session_basis,
        {{ inputs_version() }} as inputs_version,
        person_sessions.activity_date
    from person_sessions
    left join dim_models
        on
            person_sessions.majority_model = dim_models.model
            and person_sessions.activity_date >= dim_models.valid_from
            and person_sessions.activity_date < dim_models.valid_to
    {%- if changes %}
    where {{ is_changed(changes, {'person_sessions.activity_date': 'days', 'person_sessions.person_key': 'people'}) }}
    {%- endif %}
)

select * from final

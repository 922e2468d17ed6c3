-- grain: one row per account, tool, surface, spelling of a model and day
-- Turns, interactions and tokens side by side. Spellings are not added up here: every reader
-- groups anyway, and an edit of the aliases is free.
{{ config(materialized='view') }}
{%- set parts = price_parts().keys() | list %}
{%- set measures = ['turns', 'user_messages', 'interactions'] + token_buckets() + parts %}

with turn_days as (
    select * from {{ ref('int_account_turn_days') }}
),

reported_days as (
    select * from {{ ref('port_model_days') }}
),

{%- set given = {
    'turn_days': ['turns', 'user_messages'],
    'reported_days': ['user_messages', 'interactions'] + token_buckets() + parts,
} %}
{%- set owned_by = {'turn_days': ['models'], 'reported_days': ['models', 'tokens']} %}

all_days as (
    {%- for days, given_measures in given.items() %}
    select
        {{ days }}.account_key,
        {{ days }}.tool,
        {{ days }}.surface,
        {{ days }}.model,
        {%- for measure in measures %}
        {% if measure in given_measures -%}
        {{ owned('model_days', days, measure, 'models' if days == 'turn_days') }}
        {%- else -%}
        cast(null as {{ dbt.type_bigint() }})
        {%- endif %} as {{ measure }},
        {%- endfor %}
        {{ days }}.activity_date
    from {{ days }}
    {{ join_owners(days) }}
    where {{ owns_any(days, owned_by[days]) }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),

model_aliases as (
    select * from {{ ref('model_aliases') }}
),

final as (
    select
        all_days.account_key,
        all_days.tool,
        all_days.surface,
        {{ known_model('all_days.model') }} as model,
        {%- for measure in measures %}
        all_days.{{ measure }},
        {%- endfor %}
        case
            when coalesce(all_days.{{ token_buckets() | join(', all_days.') }}) is not null
                then 'reported'
            else 'unavailable'
        end as token_basis,
        all_days.activity_date
    from all_days
    left join model_aliases
        on {{ model_spelling('all_days.model') }} = model_aliases.alias
)

select * from final

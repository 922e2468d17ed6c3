-- grain: several rows a person, tool, surface, model and day, to be added up
{{ config(materialized='view') }}

with model_days as (
    select * from {{ ref('int_account_model_days') }}
),

account_people as (
    select * from {{ ref('int_account_people') }}
    where person_key is not null
),

final as (
    select
        account_people.person_key,
        model_days.tool,
        model_days.surface,
        model_days.model,
        model_days.turns,
        model_days.user_messages,
        model_days.interactions,
        {%- for bucket in token_buckets() %}
        model_days.{{ bucket }},
        {%- endfor %}
        model_days.activity_date
    from model_days
    inner join account_people
        on
            model_days.account_key = account_people.account_key
            and model_days.activity_date >= account_people.valid_from
            and model_days.activity_date < account_people.valid_to
)

select * from final

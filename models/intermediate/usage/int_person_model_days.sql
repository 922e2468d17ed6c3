-- grain: one row a person, tool, surface, model and day

with model_days as (
    select * from {{ ref('int_account_model_days') }}
),

account_people as (
    select * from {{ ref('int_account_people') }}
    where person_key is not null
),

person_days as (
    select
        account_people.person_key,
        model_days.tool,
        model_days.surface,
        model_days.model,
        {{ total('model_days.turns') }} as turns,
        {{ total('model_days.user_messages') }} as user_messages,
        {{ total('model_days.interactions') }} as interactions,
        {%- for bucket in token_buckets() %}
        {{ total('model_days.' ~ bucket) }} as {{ bucket }},
        {%- endfor %}
        model_days.activity_date
    from model_days
    inner join account_people
        on
            model_days.account_key = account_people.account_key
            and model_days.activity_date >= account_people.valid_from
            and model_days.activity_date < account_people.valid_to
    group by
        account_people.person_key,
        model_days.tool,
        model_days.surface,
        model_days.model,
        model_days.activity_date
),

final as (
    select
        person_key,
        tool,
        surface,
        model,
        turns,
        user_messages,
        interactions,
        {{ token_buckets() | join(',\n        ') }},
        {{ total_of_buckets() }} as total_tokens,
        activity_date
    from person_days
)

select * from final

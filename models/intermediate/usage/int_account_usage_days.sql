-- grain: several rows an account, tool and day, to be added up
-- Activity, tokens and cost side by side, with the person of the day.
{{ config(materialized='view') }}
{%- set activity = [
    'user_messages', 'assistant_messages', 'sessions', 'prompt_chars', 'measured_messages',
    'short_messages', 'medium_messages', 'long_messages',
    'lines_suggested', 'lines_accepted', 'suggestions_shown', 'suggestions_accepted',
] %}
{%- set bases = ['credits', 'vendor_estimate', 'metered_list', 'billed'] %}
{%- set no_count = 'cast(null as ' ~ dbt.type_bigint() ~ ')' %}
{%- set no_money = 'cast(null as ' ~ type_money() ~ ')' %}

with account_people as (
    select * from {{ ref('int_account_people') }}
),

account_days as (
    select * from {{ ref('int_account_days') }}
),

-- Models and bases are added up before the wide union: a third of the rows, a fifth of the columns.
token_days as (
    select
        account_key,
        tool,
        activity_date,
        {%- for bucket in token_buckets() %}
        {{ total(bucket) }} as {{ bucket }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_account_model_days') }}
    where token_basis = 'reported'
    group by account_key, tool, activity_date
),

cost_days as (
    select
        account_key,
        tool,
        usage_date as activity_date,
        {%- for basis in bases %}
        {{ total_money("case when cost_basis = '" ~ basis ~ "' then cost end") }} as cost_{{ basis }},
        {%- endfor %}
        {{ total_money('credits') }} as credits
    from {{ ref('int_account_costs') }}
    where account_key is not null
    group by account_key, tool, usage_date
),

usage_days as (
    select
        account_key,
        tool,
        {{ activity | join(',\n        ') }},
        reports_features,
        is_active,
        date_basis,
        {%- for bucket in token_buckets() %}
        {{ no_count }} as {{ bucket }},
        {%- endfor %}
        {%- for basis in bases %}
        {{ no_money }} as cost_{{ basis }},
        {%- endfor %}
        {{ no_money }} as credits,
        activity_date
    from account_days

    union all

    select
        account_key,
        tool,
        {%- for measure in activity %}
        {{ no_count }} as {{ measure }},
        {%- endfor %}
        cast(null as {{ dbt.type_boolean() }}) as reports_features,
        cast(null as {{ dbt.type_boolean() }}) as is_active,
        cast(null as {{ dbt.type_string() }}) as date_basis,
        {%- for bucket in token_buckets() %}
        {{ bucket }},
        {%- endfor %}
        {%- for basis in bases %}
        {{ no_money }} as cost_{{ basis }},
        {%- endfor %}
        {{ no_money }} as credits,
        activity_date
    from token_days

    union all

    select
        account_key,
        tool,
        {%- for measure in activity %}
        {{ no_count }} as {{ measure }},
        {%- endfor %}
        cast(null as {{ dbt.type_boolean() }}) as reports_features,
        cast(null as {{ dbt.type_boolean() }}) as is_active,
        cast(null as {{ dbt.type_string() }}) as date_basis,
        {%- for bucket in token_buckets() %}
        {{ no_count }} as {{ bucket }},
        {%- endfor %}
        {%- for basis in bases %}
        cost_{{ basis }},
        {%- endfor %}
        credits,
        activity_date
    from cost_days
),

final as (
    select
        usage_days.*,
        account_people.person_key,
        case
            when account_people.account_key is null then 'no_hris_match'
            else account_people.unmatched_reason
        end as unmatched_reason
    from usage_days
    left join account_people
        on
            usage_days.account_key = account_people.account_key
            and usage_days.activity_date >= account_people.valid_from
            and usage_days.activity_date < account_people.valid_to
)

select * from final

-- grain: one row per account, tool, surface, spelling of a model and day
-- Turns, interactions and tokens side by side. Spellings are not added up here: every reader
-- groups anyway, and an edit of the aliases is free.
{{ config(materialized='view') }}
{%- set parts = price_parts().keys() | list %}
{%- set measures = ['turns', 'user_messages', 'interactions'] + token_buckets() + parts %}

with turn_days as (
    -- Every user message is one turn. A tool that names no model has messages, but no turns.
    select
        *,
        case when tool = 'chatgpt' then user_messages end as turns
    from {{ ref('int_account_turn_days') }}
),

product_tools as (
    select * from {{ ref('product_tools') }}
    where source = 'chatgpt'
),

chatgpt_token_days as (
    -- A product that we do not know yet is the source's own tool, the row `*`.
    select
        token_days.*,
        coalesce(product_tools.tool, other_products.tool) as tool
    from {{ ref('int_chatgpt_token_days') }} as token_days
    left join product_tools
        on {{ product_key('token_days.product') }} = product_tools.product
    left join product_tools as other_products
        on other_products.product = '*'
),

github_copilot_days as (
    select
        *,
        interactions as user_messages
    from {{ ref('int_github_copilot_model_days') }}
),

{%- set given = {
    'turn_days': ['turns', 'user_messages'],
    'chatgpt_token_days': [
        'input_tokens', 'cached_input_tokens', 'output_tokens', 'unsplit_tokens',
    ] + parts,
    'github_copilot_days': ['user_messages', 'interactions', 'input_tokens', 'output_tokens'],
} %}

all_days as (
    {%- for days, given_measures in given.items() %}
    select
        account_key,
        tool,
        surface,
        model,
        {%- for measure in measures %}
        {{ measure if measure in given_measures else 'cast(null as ' ~ dbt.type_bigint() ~ ')' }}
            as {{ measure }},
        {%- endfor %}
        activity_date
    from {{ days }}
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

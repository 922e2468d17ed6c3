-- grain: one row per account, surface, model and vendor day
{{ config(materialized='ephemeral') }}

with model_days as (
    select * from {{ ref('int_github_copilot_model_days') }}
),

final as (
    select
        {{ port_columns(
            'model_days',
            [
                'account_key', 'tool', 'surface', 'model', 'interactions', 'input_tokens',
                'output_tokens', 'activity_date',
            ],
            {'user_messages': 'interactions'},
        ) }}
    from model_days
)

select * from final

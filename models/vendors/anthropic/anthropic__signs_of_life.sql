-- grain: one row per account and UTC day with tokens of Claude or Claude Code, or with use of Claude Code
-- Both belong to the seat of Claude; the API belongs to none.
{{ config(materialized='ephemeral') }}

with token_days as (
    select
        account_key,
        activity_date
    from {{ ref('anthropic__model_days') }}
    where
        tool in ('claude', 'claude_code')
        and coalesce(input_tokens, 0) + coalesce(output_tokens, 0) + coalesce(unsplit_tokens, 0) > 0
),

code_days as (
    select
        account_key,
        activity_date
    from {{ ref('anthropic__usage_days') }}
    where tool = 'claude_code' and is_active
),

used_days as (
    select * from token_days
    where account_key is not null

    union distinct

    select * from code_days
),

final as (
    select
        {{ port_columns(
            'signs_of_life',
            ['account_key', 'activity_date'],
            {'tool': "'claude'", 'is_use': 'true'},
        ) }}
    from used_days
)

select * from final

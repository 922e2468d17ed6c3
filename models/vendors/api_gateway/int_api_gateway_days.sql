-- grain: one row per model, provider, key and UTC day with use: the account and tool that it belongs to
-- Of tools that have a source of their own, that source's report counts first (measure_owners).
{{ config(materialized='view') }}

with activity_days as (
    select * from {{ ref('stg_api_gateway__activity_days') }}
),

final as (
    select
        day,
        coalesce(user_token, key_token, 'unidentified') as id_token,
        case
            when user_token is not null then 'vendor-user/api_gateway'
            when key_token is not null then 'api-key'
            else 'unidentified'
        end as namespace,
        case model_provider
            when 'openai' then 'openai_api'
            when 'anthropic' then 'anthropic_api'
            else 'api_gateway'
        end as tool,
        model,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        requests,
        -- The gateway says 0 where it knows no price.
        case when spend_usd <> 0 then spend_usd end as spend_usd
    from activity_days
)

select * from final

-- grain: one row per account, product, surface, model and UTC day of ChatGPT COSTS tokens
{%- set resources = ['chatgpt.costs_usage'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': 0}}
) }}
{%- set kinds = ['text', 'audio', 'image'] %}
{%- set buckets = ['input', 'cached_input', 'output'] %}

with costs_usage as (
    select
        *,
        {{ chatgpt_account_namespace(is_agent='is_agent') }} as account_namespace,
        {{ chatgpt_account_token() }} as account_token
    from {{ ref('stg_chatgpt__costs_usage') }}
    {%- if is_incremental() %}
    where {{ touched_days_filter('usage_date', resources) }}
    {%- endif %}
),

accounts as (
    select * from {{ ref('account_keys') }}
    where tool_account_source = 'chatgpt'
),

-- A plan gives either the split or totals. In a row with a split an absent bucket is 0; where only
-- the total of a kind is given, its tokens cannot be split and stand in a bucket of their own.
classified_usage as (
    select
        *,
        coalesce(
            {%- for kind in kinds %}{% for bucket in buckets %}
            {{ kind }}_{{ bucket }}_tokens
            {{- ',' if not (loop.last and kind == kinds[-1]) }}
            {%- endfor %}{% endfor %}
        ) is not null as is_split,
        coalesce(text_total_tokens, audio_total_tokens, image_total_tokens) is not null as has_total,
        lower(coalesce(nullif(trim(service_tier), ''), 'default')) in ('default', 'standard', 'auto')
            as is_at_list_price
    from costs_usage
),

bucketed_usage as (
    select
        account_namespace,
        account_token,
        product,
        surface,
        model,
        {%- for bucket in buckets %}
        case
            when is_split then
                {% for kind in kinds -%}
                {{ '+ ' if not loop.first }}coalesce({{ kind }}_{{ bucket }}_tokens, 0)
                {% endfor %}
        end as {{ bucket }}_tokens,
        {%- endfor %}
        {%- for kind in kinds %}{% for bucket in buckets %}
        case
            when is_split and is_at_list_price then coalesce({{ kind }}_{{ bucket }}_tokens, 0)
            when is_split then 0
        end as list_{{ kind }}_{{ bucket }}_tokens,
        {%- endfor %}{% endfor %}
        case
            when has_total then
                {% for kind in kinds -%}
                {{ '+ ' if not loop.first }}case
                    when coalesce(
                        {{ kind }}_input_tokens,
                        {{ kind }}_cached_input_tokens,
                        {{ kind }}_output_tokens
                    ) is null then coalesce({{ kind }}_total_tokens, 0)
                    else 0
                end
                {% endfor %}
            when is_split then 0
        end as unsplit_tokens,
        usage_date
    from classified_usage
),

final as (
    select
        accounts.account_key,
        bucketed_usage.product,
        bucketed_usage.surface,
        bucketed_usage.model,
        {{ total('bucketed_usage.input_tokens') }} as input_tokens,
        {{ total('bucketed_usage.cached_input_tokens') }} as cached_input_tokens,
        {{ total('bucketed_usage.output_tokens') }} as output_tokens,
        {{ total('bucketed_usage.unsplit_tokens') }} as unsplit_tokens,
        {%- for part in price_parts() %}
        {{ total('bucketed_usage.' ~ part) }} as {{ part }},
        {%- endfor %}
        {{ loaded_through(resources) }} as loaded_through,
        bucketed_usage.usage_date as activity_date
    from bucketed_usage
    left join accounts
        on
            bucketed_usage.account_token = accounts.id_token
            and bucketed_usage.account_namespace = accounts.namespace
    group by
        accounts.account_key,
        bucketed_usage.product,
        bucketed_usage.surface,
        bucketed_usage.model,
        bucketed_usage.usage_date
)

select * from final

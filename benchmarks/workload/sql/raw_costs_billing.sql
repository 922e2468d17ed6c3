-- grain: one row per SKU line of a cost event of one file day as the gate lands it, the event's id still in clear
with lines as (
    select
        cost_events.*,
        unnest(cost_buckets(is_total_only, [input_tokens, cached_tokens, output_tokens],
            [input_credits, cached_credits, output_credits])) as bucket,
        generate_subscripts(cost_buckets(is_total_only, [input_tokens, cached_tokens, output_tokens],
            [input_credits, cached_credits, output_credits]), 1) as position
    from cost_events
    where file_day = getvariable('file_day')::date and copy = 0 and is_billed
)

select
    lines.number,
    'cost-' || hex_id(cost_key, 'cost') as event_id,
    position - 1 as line_number,
    case when not is_nobodys then user_token end as user_token,
    case when not is_nobodys then email_token end as email_token,
    day as usage_date,
    case when is_codex then 'codex.' else 'chatgpt.' end || model || '.' || bucket[1] as sku,
    bucket[2]::decimal(38, 9) as quantity,
    'tokens' as quantity_unit,
    (bucket[3] * 0.0001)::decimal(18, 4)::decimal(38, 9) as cost,
    'CREDITS' as cost_unit,
    case when has_estimate then (bucket[3] * 0.000004)::decimal(18, 6)::decimal(38, 9) end as estimated_cost_usd
from lines
inner join account_tokens using (number)
order by delivered_at, cost_key, line_number;

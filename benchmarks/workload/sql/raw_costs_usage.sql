-- grain: one row per cost event of one file day as the gate lands it, its id still in clear
select
    cost_events.number,
    'cost-' || hex_id(cost_key, 'cost') as event_id,
    day as usage_date,
    usage_hour,
    case when not is_nobodys then user_token end as user_token,
    case when not is_nobodys then email_token end as email_token,
    false as is_agent,
    case when is_codex then 'codex' else 'chatgpt' end as product,
    case when is_codex then 'codex' else 'chatgpt' end as surface,
    case when is_codex then 'cli' else 'web' end as client,
    model,
    'default' as service_tier,
    'medium' as reasoning,
    case when not is_total_only then input_tokens end as text_input_tokens,
    case when not is_total_only then cached_tokens end as text_cached_input_tokens,
    case when not is_total_only then output_tokens end as text_output_tokens,
    case when is_total_only then input_tokens + cached_tokens + output_tokens end as text_total_tokens
from cost_events
inner join account_tokens using (number)
where file_day = getvariable('file_day')::date and copy = 0
order by delivered_at, cost_key;

-- grain: one row per cost event of one file day, in order of delivery; `line` is the vendor's JSON and its line end
with priced as (
    select
        cost_events.*,
        accounts.account,
        accounts.email,
        case when is_codex then 'codex' else 'chatgpt' end as product,
        cost_buckets(
            is_total_only,
            [input_tokens, cached_tokens, output_tokens],
            [input_credits, cached_credits, output_credits]
        ) as buckets
    from cost_events
    inner join accounts using (number)
    where file_day = getvariable('file_day')::date
)

select
    '{"event_id": "cost-' || hex_id(cost_key, 'cost') || '", "type": "COSTS", "timestamp": "'
    || written_moment(epoch_ms(day::timestamp) + usage_hour * 3600000 + 3599000)
    || '", "principal": {"id": "' || getvariable('organization') || '", "type": "API_PLATFORM_ORG"}'
    || ', "actor": {"type": "SYSTEM", "id": "costs_compliance"}, "payload": {"day": "' || day || '", "hour": '
    || usage_hour || ', "organization_id": "' || getvariable('organization') || '", "identity": {"groups": []'
    || case
        when is_nobodys then ''
        else ', "user_id": "' || account || '", "email": "' || email || '", "name": "A person of the workload"'
    end
    || '}, "product": "' || product || '", "surface": "' || product || '", "client": "'
    || case when is_codex then 'cli' else 'web' end || '", "model": "' || model
    || '", "service_tier": "default", "reasoning": "medium", "measures": {"usage": {'
    || case
        when is_total_only then '"text_total_tokens": ' || (input_tokens + cached_tokens + output_tokens)
        else
            '"text_input_tokens": ' || input_tokens || ', "text_cached_input_tokens": ' || cached_tokens
            || ', "text_output_tokens": ' || output_tokens
    end
    || '}, "billing": ['
    || case
        when is_billed
            then
                array_to_string(
                    list_transform(
                        buckets,
                        lambda bucket:
                            '{"sku": "' || product || '.' || model || '.' || bucket[1]
                            || '", "quantity": {"value": ' || bucket[2] || ', "unit": "tokens"}, "cost": {"value": '
                            || (bucket[3] * 0.0001)::decimal(18, 4) || ', "unit": "CREDITS"}'
                            || case
                                when has_estimate
                                    then
                                        ', "estimated_cost_usd": {"value": '
                                        || (bucket[3] * 0.000004)::decimal(18, 6) || ', "unit": "USD"}'
                                else ''
                            end
                            || '}'
                    ),
                    ', '
                )
        else ''
    end
    || E']}}}\n' as line
from priced
order by delivered_at, cost_key, copy;

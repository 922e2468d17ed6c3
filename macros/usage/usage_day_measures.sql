{#- The measures of a day's use, added up over accounts; the same for people and for unattributed
    accounts. Expects rows of int_account_usage_days. -#}
{% macro usage_day_measures() -%}
        {{ total('user_messages') }} as user_messages,
        {{ total('assistant_messages') }} as assistant_messages,
        {{ total('sessions') }} as sessions,
        {{ total('prompt_chars') }} as prompt_chars,
        {{ total('measured_messages') }} as measured_messages,
        {{ total('short_messages') }} as short_prompts,
        {{ total('medium_messages') }} as medium_prompts,
        {{ total('long_messages') }} as long_prompts,
        {%- for bucket in token_buckets() %}
        {{ total(bucket) }} as {{ bucket }},
        {%- endfor %}
        {%- for basis in ['credits', 'vendor_estimate', 'metered_list', 'billed'] %}
        {{ total_money('cost_' ~ basis) }} as cost_{{ basis }},
        {%- endfor %}
        {{ total_money('credits') }} as credits,
        {{ total('lines_suggested') }} as lines_suggested,
        {{ total('lines_accepted') }} as lines_accepted,
        {{ total('suggestions_shown') }} as suggestions_shown,
        {{ total('suggestions_accepted') }} as suggestions_accepted,
        {{ dbt.bool_or('reports_features') }} as reports_features,
        {{ dbt.bool_or('is_active') }} as is_active,
        min(date_basis) as date_basis
{%- endmacro %}


{#- The same columns in their final order, with what follows from them. Expects `tools` joined: a
    tool that tells of activity was silent on a day without any; of the others we do not know. And
    `feature_counts`: features used on the day, without a row where none was. -#}
{% macro usage_day_columns(relation) -%}
        {{ relation }}.user_messages,
        {{ relation }}.assistant_messages,
        {{ relation }}.sessions,
        {{ relation }}.prompt_chars,
        {{ relation }}.measured_messages,
        {{ relation }}.short_prompts,
        {{ relation }}.medium_prompts,
        {{ relation }}.long_prompts,
        {%- for bucket in token_buckets() %}
        {{ relation }}.{{ bucket }},
        {%- endfor %}
        {{ total_of_buckets() }} as total_tokens,
        case
            when coalesce({{ token_buckets() | join(', ') }}) is not null then 'reported'
            else 'unavailable'
        end as token_basis,
        {%- for basis in ['credits', 'vendor_estimate', 'metered_list', 'billed'] %}
        {{ relation }}.cost_{{ basis }},
        {%- endfor %}
        '{{ var("reporting_currency") }}' as currency,
        {{ relation }}.credits,
        {{ relation }}.lines_suggested,
        {{ relation }}.lines_accepted,
        {{ relation }}.suggestions_shown,
        {{ relation }}.suggestions_accepted,
        cast(
            case
                when {{ relation }}.reports_features then coalesce(feature_counts.distinct_features, 0)
            end as {{ dbt.type_int() }}
        ) as distinct_features,
        coalesce(
            {{ relation }}.is_active, case when tools.has_activity then false end
        ) as is_active,
        {{ relation }}.date_basis
{%- endmacro %}

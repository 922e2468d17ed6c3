-- grain: one row per week, department (reporting unit) and tool: tokens by bucket
{%- set buckets = token_buckets() %}
with figures as (
    select * from {{ ref('masked_unit_figures') }}
    where
        period_type = 'week'
        and (
            {%- for bucket in buckets %}
            {{ 'or ' if not loop.first }}{{ bucket }} is not null or {{ bucket }}_hidden = 1
            {%- endfor %}
            or has_activity
        )
),

daily_tokens as (
    select * from {{ ref('unit_daily_use') }}
    where period_type = 'week' and measure = 'tokens'
),

totals as (
    select
        figures.*,
        {{ any_hidden(buckets + ['credits']) }} as is_suppressed,
        case
            when {{ any_hidden(buckets) }} then null
            else {{ total_of_buckets() }}
        end as total_tokens,
        case
            when {{ any_hidden(buckets) }} then 0
            else 1
        end as is_total_clear
    from figures
),

final as (
    select
        totals.unit_key as department_key,
        totals.unit_name as department_name,
        totals.tool,
        totals.period_start as week_start,
        {%- for bucket in buckets %}
        totals.{{ bucket }},
        {%- endfor %}
        cast(totals.total_tokens as {{ dbt.type_bigint() }}) as total_tokens,
        cast(round(totals.credits, 3) as decimal(28, 3)) as credits,
        case
            when totals.is_total_clear = 1
                then cast(totals.output_tokens + coalesce(totals.reasoning_tokens, 0) as {{ type_double() }})
                    / nullif(cast(
                        totals.input_tokens
                        + coalesce(totals.cached_input_tokens, 0)
                        + coalesce(totals.cache_write_tokens, 0) as {{ type_double() }}
                    ), 0)
        end as output_input_ratio,
        case
            when totals.is_total_clear = 1 then {{ plain_ratio('totals.total_tokens', 'totals.active_people') }}
        end as tokens_per_active_person,
        case when totals.total_tokens is not null then daily_tokens.working_days end as working_days,
        {{ plain_ratio('totals.total_tokens', 'daily_tokens.working_days') }} as mean_daily_tokens,
        case when totals.total_tokens is not null then daily_tokens.daily_deviation end
            as daily_tokens_deviation,
        case
            when
                {%- for bucket in buckets %}
                {{ 'or ' if not loop.first }}totals.{{ bucket }} is not null
                or totals.{{ bucket }}_hidden = 1
                {%- endfor %}
                then 'reported'
            else 'unavailable'
        end as token_basis,
        totals.period_state,
        totals.is_complete as is_complete_week,
        totals.is_suppressed
    from totals
    left join daily_tokens
        on
            totals.period_start = daily_tokens.period_start
            and totals.unit_key = daily_tokens.unit_key
            and totals.tool = daily_tokens.tool
)

select * from final

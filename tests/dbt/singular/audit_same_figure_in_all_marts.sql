-- Fails where two marts show the same figure differently, hidden here and shown there included.
{{ config(tags=['audit']) }}
with usage as (
    select * from {{ ref('department_usage_weekly') }}
),

patterns as (
    select * from {{ ref('department_patterns_weekly') }}
),

prompts as (
    select * from {{ ref('prompt_length_weekly') }}
),

pairs as (
    {%- for relation, columns in {
        'patterns': {
            'sessions_per_active_person': 'sessions_per_active_person',
            'messages_per_session': 'messages_per_session',
        },
        'prompts': {
            'prompt_chars_mean': 'prompt_chars_mean',
            'short_prompt_ratio': 'short_ratio',
            'long_prompt_ratio': 'long_ratio',
        },
    }.items() %}
    {%- set last_relation = loop.last %}
    {%- for column, other in columns.items() %}
    select
        usage.department_key,
        usage.tool,
        usage.week_start,
        '{{ column }}' as metric,
        usage.{{ column }} as one,
        {{ relation }}.{{ other }} as other
    from usage
    inner join {{ relation }}
        on
            usage.department_key = {{ relation }}.department_key
            and usage.tool = {{ relation }}.tool
            and usage.week_start = {{ relation }}.week_start
    {{- "\n\n    union all\n" if not (loop.last and last_relation) }}
    {%- endfor %}
    {%- endfor %}
),

final as (
    select * from pairs
    where
        (one is null and other is not null)
        or (one is not null and other is null)
        or one <> other
)

select * from final

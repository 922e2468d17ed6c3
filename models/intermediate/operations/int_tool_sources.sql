-- grain: one row per tool and source that tells of it
-- A tool's home always does. Another source could tell of many tools, and counts for those of which it has told
-- something: telemetry that is set up for one agent says nothing about the use of the others. Only sources that
-- could are looked at.
{%- set told = {
    'int_account_message_days': 'messages', 'port_usage_days': 'days', 'port_model_days': 'models',
    'port_credit_days': 'credits', 'port_cost_lines': 'costs',
} %}
{%- set guests = "'" ~ guest_sources() | join("', '") ~ "'" %}
with homes as (
    select
        tool,
        home as source
    from {{ ref('tools') }}
),

pairs as (
    select
        tool,
        source
    from homes
    {%- for relation, name in told.items() %}

    union all

    select distinct
        {{ name }}.tool,
        {{ name }}.source
    from {{ ref(relation) }} as {{ name }}
    where {{ name }}.source in ({{ guests }})
    {%- endfor %}
),

final as (
    select distinct
        tool,
        source
    from pairs
)

select * from final

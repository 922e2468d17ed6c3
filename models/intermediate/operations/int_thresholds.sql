-- grain: one row in all: the company's thresholds, with the default where its file says nothing
{%- set defaults = {
    'power_user_messages_per_week': '75',
    'power_user_breadth': '3',
    'power_user_top_share': '0.2',
    'dormant_days': '30',
    'under_used_active_days': '4',
} %}
with thresholds as (
    select * from {{ ref('stg_company__thresholds') }}
),

final as (
    select
        {%- for name, value in defaults.items() %}
        coalesce(
            max(case when name = '{{ name }}' then value end),
            cast('{{ value }}' as decimal(38, 9))
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from thresholds
)

select * from final

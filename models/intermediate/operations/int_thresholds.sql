-- grain: one row in all: the company's thresholds, with the default where its file says nothing
with thresholds as (
    select * from {{ ref('stg_company__thresholds') }}
),

final as (
    select
        {%- for name, value in definition_limits().items() %}
        coalesce(
            max(case when name = '{{ name }}' then value end),
            cast('{{ value }}' as decimal(38, 9))
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from thresholds
)

select * from final

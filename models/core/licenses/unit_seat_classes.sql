-- grain: one row a month, reporting unit (company included) and product: exact holders by class
with holders as (
    select * from {{ ref('fct_seat_holders_monthly') }}
),

reporting_units as (
    select * from {{ ref('dim_reporting_units') }}
    where period_type = 'month'
),

unit_holders as (
    select
        holders.*,
        reporting_units.unit_key
    from holders
    inner join reporting_units
        on
            holders.month_start = reporting_units.period_start
            and holders.department_key = reporting_units.department_key

    union all

    select
        holders.*,
        'all' as unit_key
    from holders
),

final as (
    select
        month_start,
        unit_key,
        product,
        {%- for name in seat_classes() %}
        sum(case when seat_class = '{{ name }}' then 1 else 0 end) as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from unit_holders
    group by month_start, unit_key, product
)

select * from final

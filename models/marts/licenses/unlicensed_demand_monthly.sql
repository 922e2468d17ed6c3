-- grain: one row per complete month, department (reporting unit) and product: who may want a seat and has none
-- Made of other published tables; publishing asks it again of what readers are about to see (decision 0052).
-- One to k-1 people are left out even where an earlier release closed a month that tells them.
{{ config(tags=['derived']) }}
{%- set k = suppression_k() %}
{%- set counts = ['people_without_seat', 'active_without_seat', 'idle_seats'] %}
with products as (
    select * from {{ ref('license_utilization_monthly') }}
    where is_complete_month and department_key <> 'unattributed'
),

usage_months as (
    select * from {{ ref('department_usage_monthly') }}
    where is_complete_month
),

tool_usage as (
    select
        *,
        floor(licensed_active_ratio * licensed_people + 0.5) as licensed_active_people
    from usage_months
    where tool <> 'all'
),

all_usage as (
    select * from usage_months
    where tool = 'all'
),

differences as (
    select
        products.department_key,
        products.department_name,
        products.product,
        products.tool,
        products.month_start,
        tool_usage.headcount - tool_usage.licensed_people as people_without_seat,
        -- Nobody who is active is licensed where nobody holds a seat: the ratio has no denominator.
        tool_usage.active_people
        - case when tool_usage.licensed_people = 0 then 0 else tool_usage.licensed_active_people end
            as active_without_seat,
        all_usage.active_people - tool_usage.licensed_people as users_beyond_seats,
        products.seat_holders - products.seats_active as idle_seats,
        products.is_suppressed or coalesce(tool_usage.is_suppressed, false) as is_any_hidden
    from products
    left join tool_usage
        on
            products.department_key = tool_usage.department_key
            and products.tool = tool_usage.tool
            and products.month_start = tool_usage.month_start
    left join all_usage
        on
            products.department_key = all_usage.department_key
            and products.month_start = all_usage.month_start
),

counted as (
    select
        department_key,
        department_name,
        product,
        tool,
        month_start,
        is_any_hidden
        {%- for name in counts %}
        or coalesce({{ name }}, 0) between 1 and {{ k - 1 }}
        {%- endfor %} as is_any_hidden,
        {%- for name in counts %}
        case when {{ name }} = 0 or {{ name }} >= {{ k }} then {{ name }} end as {{ name }},
        {%- endfor %}
        case
            when users_beyond_seats is null and active_without_seat is null then null
            when coalesce(users_beyond_seats, 0) >= {{ k }}
                and coalesce(users_beyond_seats, 0) >= coalesce(active_without_seat, 0)
                then users_beyond_seats
            when coalesce(active_without_seat, 0) >= {{ k }} then active_without_seat
            else 0
        end as users_without_seat_at_least
    from differences
),

final as (
    select
        department_key,
        department_name,
        product,
        tool,
        cast(month_start as date) as month_start,
        cast(people_without_seat as {{ dbt.type_bigint() }}) as people_without_seat,
        cast(active_without_seat as {{ dbt.type_bigint() }}) as active_without_seat,
        cast(users_without_seat_at_least as {{ dbt.type_bigint() }}) as users_without_seat_at_least,
        cast(idle_seats as {{ dbt.type_bigint() }}) as idle_seats,
        true as is_complete_month,
        is_any_hidden and ({{ counts | join(' is null or ') }} is null) as is_suppressed
    from counted
)

select * from final
